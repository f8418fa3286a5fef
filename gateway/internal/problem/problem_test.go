package problem_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pcc-platform/pcc/gateway/internal/problem"
	"github.com/pcc-platform/pcc/internal/apperr"
)

func TestOf(t *testing.T) {
	own := &problem.Error{Status: 413, Reason: "BODY_TOO_LARGE", Detail: "too large"}
	for _, c := range []struct {
		name   string
		err    error
		status int
		reason string
	}{
		{"a service's", apperr.New(apperr.FailedPrecondition, "NOT_ACTIVE", "not active"), 409, "NOT_ACTIVE"},
		{"a service's, wrapped", fmt.Errorf("call: %w", apperr.New(apperr.NotFound, "GONE", "gone")), 404, "GONE"},
		{"the gateway's", own, 413, "BODY_TOO_LARGE"},
		{"the gateway's, flattened by a handler", status.Errorf(codes.InvalidArgument, "%v", own), 413, "BODY_TOO_LARGE"},
		{"a handler's", status.Error(codes.InvalidArgument, "secret"), 400, "INVALID_PARAMETER"},
		{"too late", fmt.Errorf("call: %w", context.DeadlineExceeded), 504, "DEADLINE_EXCEEDED"},
		{"given up", context.Canceled, 499, "CANCELLED"},
		{"unknown", errors.New("secret"), 500, "INTERNAL"},
		{"not the platform's", apperr.New(apperr.Unavailable, "UPSTREAM", "secret"), 503, "UPSTREAM"},
	} {
		p := problem.Of(c.err)
		if p.Status != c.status || p.Reason != c.reason || p.Detail == "" || strings.Contains(p.Detail, "secret") {
			t.Errorf("%s: %+v, want %d %s", c.name, p, c.status, c.reason)
		}
	}
}

func TestWriteSaysWhenToRetry(t *testing.T) {
	w := httptest.NewRecorder()
	problem.Write(t.Context(), w, apperr.New(apperr.ResourceExhausted, "QUOTA", "later").WithField("name").WithRetryAfter(1500*time.Millisecond))
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	if w.Code != 429 || w.Header().Get("Retry-After") != "2" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d, %v", w.Code, w.Header())
	}
	for key, want := range map[string]any{
		"type": "urn:pcc:problem:QUOTA", "title": "Too Many Requests", "status": 429.0, "detail": "later", "reason": "QUOTA", "field": "name",
	} {
		if body[key] != want {
			t.Errorf("%s is %v, want %v", key, body[key], want)
		}
	}
}
