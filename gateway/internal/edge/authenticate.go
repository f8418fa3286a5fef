package edge

import (
	"net/http"

	"github.com/pcc-platform/pcc/gateway/internal/problem"
	"github.com/pcc-platform/pcc/internal/authn"
)

// Authenticate lets pass who proves to be a principal of a member. The platform's services call each other over gRPC and
// are refused here.
func Authenticate(auth *authn.Authenticator, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tokens := r.Header.Values("Authorization")
		if len(tokens) > 1 { // two readers could choose differently
			problem.Write(r.Context(), w, authn.ErrTokenInvalid)
			return
		}
		credentials := authn.Credentials{Authorization: r.Header.Get("Authorization")}
		if r.TLS != nil {
			credentials.Chain = r.TLS.PeerCertificates
		}
		p, err := auth.Authenticate(r.Context(), credentials)
		if err == nil && p.IsService() {
			err = authn.ErrUntrusted
		}
		if err != nil {
			problem.Write(r.Context(), w, err)
			return
		}
		c := callOf(r.Context())
		c.principal, c.byCertificate = p, len(tokens) == 0
		next.ServeHTTP(w, r)
	})
}
