// Package edge is what every request passes before it is transcoded: tracing, headers, the access log, authentication,
// and limits.
package edge

import (
	"context"

	"github.com/pcc-platform/pcc/internal/authn"
)

// call is what becomes known of a request on its way in, for the log and for the service.
type call struct {
	route     string // pattern; empty when none matched
	principal authn.Principal
	// byCertificate is true when a client certificate proved the principal, not a token.
	byCertificate bool
}

type callKey struct{}

func withCall(ctx context.Context) (context.Context, *call) {
	c := &call{}
	return context.WithValue(ctx, callKey{}, c), c
}

// callOf returns the call of a request that passed Trace.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// NoteRoute records the pattern of the route that the request matched.
func NoteRoute(ctx context.Context, pattern string) { callOf(ctx).route = pattern }

// Forwarded returns the principal that a client certificate proved; ok is false when a bearer token did.
func Forwarded(ctx context.Context) (p authn.Principal, ok bool) {
	c := callOf(ctx)
	return c.principal, c.byCertificate
}
