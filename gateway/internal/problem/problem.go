// Package problem answers failed REST calls with problem details (RFC 9457).
package problem

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/pcc-platform/pcc/internal/apperr"
	gatewayv1 "github.com/pcc-platform/pcc/proto/gen/pcc/gateway/v1"
)

const (
	mediaType  = "application/problem+json"
	typePrefix = "urn:pcc:problem:"
	// statusClosed is what nginx made the custom for a client that went away; nobody is left to read it.
	statusClosed = 499
)

// Error is a refusal by the gateway itself.
type Error struct {
	Status                int
	Reason, Field, Detail string
	// RetryAfter is how long to wait before a retry; zero when nothing is known about it.
	RetryAfter time.Duration
}

// Error returns the problem in JSON. The generated handlers keep nothing of a decoder's error but this text, from which
// Of makes an Error again.
func (e *Error) Error() string {
	text, err := protojson.Marshal(e.Message())
	if err != nil {
		return e.Reason
	}
	return string(text)
}

// Message returns the problem as it is answered.
func (e *Error) Message() *gatewayv1.Problem {
	return &gatewayv1.Problem{
		Type: typePrefix + e.Reason, Title: http.StatusText(e.Status), Status: int32(e.Status), //nolint:gosec // three digits
		Detail: e.Detail, Reason: e.Reason, Field: e.Field,
	}
}

var statusOf = map[apperr.Kind]int{
	apperr.Internal:           http.StatusInternalServerError,
	apperr.InvalidArgument:    http.StatusBadRequest,
	apperr.NotFound:           http.StatusNotFound,
	apperr.AlreadyExists:      http.StatusConflict,
	apperr.FailedPrecondition: http.StatusConflict,
	apperr.Aborted:            http.StatusConflict,
	apperr.PermissionDenied:   http.StatusForbidden,
	apperr.Unauthenticated:    http.StatusUnauthorized,
	apperr.ResourceExhausted:  http.StatusTooManyRequests,
	apperr.Unavailable:        http.StatusServiceUnavailable,
}

// Of says what err is to the caller. What is not known becomes an opaque INTERNAL.
func Of(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	if e := apperr.As(err); e != nil {
		return ofService(e)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{Status: statusClosed, Reason: "CANCELLED", Detail: "the call was cancelled"}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Status: http.StatusGatewayTimeout, Reason: "DEADLINE_EXCEEDED", Detail: "the call took too long"}
	}
	if st, ok := status.FromError(err); ok && st.Code() == codes.InvalidArgument {
		return ofHandler(st.Message())
	}
	return &Error{Status: http.StatusInternalServerError, Reason: "INTERNAL", Detail: "an internal error occurred"}
}

// ofService is an error that a service answered with.
func ofService(e *apperr.Error) *Error {
	p := &Error{Status: statusOf[e.Kind], Reason: e.Reason, Field: e.Field, Detail: e.Message, RetryAfter: e.RetryAfter}
	if p.Reason == "UPSTREAM" {
		p.Detail = "the service cannot answer now" // its text may name hosts
	}
	return p
}

// ofHandler is an error of a generated handler: one of our decoders, flattened, or its own about path and query.
func ofHandler(text string) *Error {
	var m gatewayv1.Problem
	if protojson.Unmarshal([]byte(text), &m) == nil && m.GetReason() != "" {
		return &Error{Status: int(m.GetStatus()), Reason: m.GetReason(), Field: m.GetField(), Detail: m.GetDetail()}
	}
	return &Error{Status: http.StatusBadRequest, Reason: "INVALID_PARAMETER", Detail: "a parameter of the path or the query is malformed"}
}

// Write answers with the problem of err, and has the request's metrics carry its reason.
func Write(ctx context.Context, w http.ResponseWriter, err error) {
	p := Of(err)
	if labels, ok := otelhttp.LabelerFromContext(ctx); ok {
		labels.Add(attribute.String("pcc.reason", p.Reason))
	}
	m := p.Message()
	if span := trace.SpanContextFromContext(ctx); span.IsSampled() {
		m.TraceId = span.TraceID().String()
	}
	body, err := protojson.Marshal(m)
	if err != nil {
		http.Error(w, p.Reason, p.Status)
		return
	}
	if p.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(p.RetryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // a client that went away
}
