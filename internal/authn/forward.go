package authn

import (
	"strings"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// ForwardedHeader is the gRPC metadata key in which the gateway names the principal of a TLS client certificate that it
// authenticated at its own edge. Bearer tokens are passed on as they are and verified again.
const ForwardedHeader = "pcc-forwarded-principal"

// gatewayName is the service that may forward principals.
const gatewayName = "gateway"

// ErrForwardRefused is the answer to anybody but the gateway who forwards a principal.
var ErrForwardRefused = apperr.New(apperr.Unauthenticated, "FORWARD_REFUSED", "only the gateway may forward a principal")

// Forward renders p for ForwardedHeader.
func Forward(p Principal) string { return p.Subject() }

func acceptForwarded(peer Principal, forwarded string) (Principal, error) {
	member, name, ok := strings.Cut(forwarded, "/")
	if !peer.IsService() || peer.Name != gatewayName || !ok || member == "service" || member == "" || name == "" {
		return Principal{}, ErrForwardRefused
	}
	return Principal{Member: member, Name: name}, nil
}
