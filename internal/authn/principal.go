// Package authn finds out who calls.
//
// A principal is a person, a machine or a service of the platform. There are three ways to prove to be one:
//   - a TLS client certificate under the certificate authority of a member, which the members' directory names: the
//     authority decides the member, the certificate's common name the principal within it;
//   - a bearer JWT of a configured OpenID Connect issuer, whose claims name both;
//   - a TLS client certificate under the platform's own authority: a service.
//
// The gateway, and only it, may pass on the principal that it authenticated itself (forward.go).
package authn

import "context"

// Principal is the authenticated caller.
type Principal struct {
	// Member is the member's id, for example "oem"; empty for a service of the platform.
	Member string
	// Name is the caller within its member, or the service's name.
	Name string
}

// IsService reports whether the principal is a service of the platform.
func (p Principal) IsService() bool { return p.Member == "" && p.Name != "" }

// Subject is the principal as Keto knows it: "<member>/<name>" or "service/<name>". A member cannot be called "service".
func (p Principal) Subject() string {
	if p.IsService() {
		return "service/" + p.Name
	}
	return p.Member + "/" + p.Name
}

// MemberName is the resource name of the principal's member, "members/<member>".
func (p Principal) MemberName() string { return "members/" + p.Member }

type principalKey struct{}

// WithPrincipal returns a context that carries p.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// FromContext returns the caller. Interceptors refuse a call without one, so handlers may rely on it; outside a call it
// is the zero Principal, which has no rights.
func FromContext(ctx context.Context) Principal {
	p, _ := ctx.Value(principalKey{}).(Principal)
	return p
}
