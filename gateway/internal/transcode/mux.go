// Package transcode turns REST calls into gRPC calls and back, by the http options of the protos.
//
// It is strict: unknown JSON fields and query parameters are refused, and of the client's headers only the authorization
// becomes gRPC metadata.
package transcode

import (
	"context"
	"fmt"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	accessgw "github.com/pcc-platform/pcc/gateway/internal/gen/pcc/access/v1"
	anchorgw "github.com/pcc-platform/pcc/gateway/internal/gen/pcc/anchor/v1"
	ingestgw "github.com/pcc-platform/pcc/gateway/internal/gen/pcc/ingest/v1"
	registrygw "github.com/pcc-platform/pcc/gateway/internal/gen/pcc/registry/v1"
	settlementgw "github.com/pcc-platform/pcc/gateway/internal/gen/pcc/settlement/v1"
	vaultgw "github.com/pcc-platform/pcc/gateway/internal/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/gateway/internal/problem"
	"github.com/pcc-platform/pcc/internal/authn"
)

// service is one with REST routes, and what registers them.
type service struct {
	name     string
	handlers []func(context.Context, *runtime.ServeMux, *grpc.ClientConn) error
}

// routes are those of all services. Their order matters: of two that match, such as GET /v1/passports/* and another service's
// GET /v1/passports/*:verb, the one that was registered later is taken.
func routes() []service {
	type handlers = []func(context.Context, *runtime.ServeMux, *grpc.ClientConn) error
	return []service{
		{"registry", handlers{
			registrygw.RegisterPassportServiceHandler, registrygw.RegisterReportServiceHandler, registrygw.RegisterRecallServiceHandler,
			registrygw.RegisterMemberServiceHandler, registrygw.RegisterRoleServiceHandler, registrygw.RegisterDeviceServiceHandler,
			registrygw.RegisterPurgeServiceHandler,
		}},
		{"vault", handlers{vaultgw.RegisterVaultServiceHandler, vaultgw.RegisterSubjectServiceHandler}},
		{"ingest", handlers{
			ingestgw.RegisterIngestServiceHandler, ingestgw.RegisterAlertServiceHandler, ingestgw.RegisterSourceKeyServiceHandler,
		}},
		{"anchor", handlers{anchorgw.RegisterAnchorServiceHandler}},
		{"access", handlers{
			accessgw.RegisterPolicyServiceHandler, accessgw.RegisterConsentServiceHandler, accessgw.RegisterReadRequestServiceHandler, accessgw.RegisterCapsuleServiceHandler,
		}},
		{"settlement", handlers{
			settlementgw.RegisterSettlementServiceHandler, settlementgw.RegisterPayoutServiceHandler, settlementgw.RegisterBankServiceHandler,
			settlementgw.RegisterPriceServiceHandler, settlementgw.RegisterCreditServiceHandler, settlementgw.RegisterCycleServiceHandler, settlementgw.RegisterStatementServiceHandler,
			settlementgw.RegisterStandingPayoutServiceHandler,
			settlementgw.RegisterLedgerServiceHandler,
		}},
	}
}

// Services are those with REST routes.
func Services() []string {
	var names []string
	for _, s := range routes() {
		names = append(names, s.name)
	}
	return names
}

// Hooks are what the edge around the transcoder provides.
type Hooks struct {
	// Forwarded returns the principal of the caller's client certificate, ok false when a bearer token goes on instead.
	Forwarded func(context.Context) (p authn.Principal, ok bool)
	// Route is told the pattern of the route that a request matched.
	Route func(ctx context.Context, pattern string)
}

// New returns the handler of all routes, given a connection to each of Services.
func New(ctx context.Context, conns map[string]*grpc.ClientConn, hooks Hooks) (http.Handler, error) {
	none := func(string) (string, bool) { return "", false }
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, newCodec()),
		runtime.SetQueryParameterParser(queryParser{}),
		runtime.WithUnescapingMode(runtime.UnescapingModeAllExceptReserved),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		// The runtime by itself passes on the authorization, and the caller's address and host as it sees them. Everything
		// else stays out, both ways.
		runtime.WithIncomingHeaderMatcher(none),
		runtime.WithOutgoingHeaderMatcher(none),
		runtime.WithOutgoingTrailerMatcher(none),
		runtime.WithMetadata(hooks.metadata),
		runtime.WithMiddlewares(hooks.noteRoute, findQueryless().refuse),
		runtime.WithErrorHandler(writeError),
		runtime.WithRoutingErrorHandler(writeRoutingError),
	)
	for _, service := range routes() {
		for _, register := range service.handlers {
			if err := register(ctx, mux, conns[service.name]); err != nil {
				return nil, fmt.Errorf("gateway: routes of %s: %w", service.name, err)
			}
		}
	}
	return events{mux: mux, conn: conns["ingest"], hooks: hooks}, nil
}

// metadata names the principal of a client certificate to the service.
func (h Hooks) metadata(ctx context.Context, _ *http.Request) metadata.MD {
	p, ok := h.Forwarded(ctx)
	if !ok {
		return nil
	}
	return metadata.Pairs(authn.ForwardedHeader, authn.Forward(p))
}

func (h Hooks) noteRoute(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		if pattern, ok := runtime.HTTPPattern(r.Context()); ok {
			h.Route(r.Context(), pattern.String())
		}
		next(w, r, params)
	}
}

func writeError(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, err error) {
	problem.Write(ctx, w, err)
}

func writeRoutingError(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, status int) {
	p := &problem.Error{Status: http.StatusNotFound, Reason: "ROUTE_NOT_FOUND", Detail: "there is no such route; see /openapi.json"}
	if status == http.StatusMethodNotAllowed {
		p = &problem.Error{Status: status, Reason: "METHOD_NOT_ALLOWED", Detail: "the route has no such method; see /openapi.json"}
	}
	problem.Write(ctx, w, p)
}
