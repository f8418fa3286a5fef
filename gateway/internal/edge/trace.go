package edge

import (
	"context"
	"net/http"
	"net/url"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

type urlKey struct{}

// Trace records a span and metrics of every request. A caller's trace is linked, not continued: outsiders do not decide
// what is sampled here. The span has the route's pattern; the path, into which a client may have put anything, is kept
// from it.
func Trace(next http.Handler) http.Handler {
	traced := otelhttp.NewHandler(withURL(next), "request",
		otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true }))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(context.WithValue(r.Context(), urlKey{}, r.URL))
		r.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host}
		traced.ServeHTTP(w, r)
	})
}

// withURL gives the request its URL back and names its span and metrics after the route.
func withURL(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, ok := r.Context().Value(urlKey{}).(*url.URL); ok {
			r.URL = u
		}
		ctx, c := withCall(r.Context())
		next.ServeHTTP(w, r.WithContext(ctx))
		if c.route == "" {
			return
		}
		route, span := attribute.String("http.route", c.route), trace.SpanFromContext(ctx)
		span.SetName(r.Method + " " + c.route)
		span.SetAttributes(route)
		if labels, ok := otelhttp.LabelerFromContext(ctx); ok {
			labels.Add(route)
		}
	})
}
