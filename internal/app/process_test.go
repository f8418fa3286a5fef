package app_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/testkit"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// TestBothShapesAreAlike calls a service that lives in the caller's process and over the network: same answers, same errors.
func TestBothShapesAreAlike(t *testing.T) {
	i := newInstallation(t)
	together := newProcess(t, app.ProcessConfig{}, "registry", "gateway")
	start(t, together, serving(i.registry(t, together, newHandlers())))
	apart := newProcess(t, app.ProcessConfig{}, "gateway")
	for shape, p := range map[string]*app.Process{"in process": together, "over the network": apart} {
		t.Run(shape, func(t *testing.T) {
			conn := i.dial(t, p, "gateway")
			m, err := get(t.Context(), conn, "members/oem")
			if err != nil || m.GetDisplayName() != "service/gateway" {
				t.Fatalf("the callee sees %q, %v", m.GetDisplayName(), err)
			}
			for name, want := range map[string]*apperr.Error{
				"members/absent": apperr.New(apperr.NotFound, "MEMBER_NOT_FOUND", "no such member").WithField("name"),
				"members/broken": apperr.New(apperr.Internal, "INTERNAL", "an internal error occurred"),
				"members/panic":  apperr.New(apperr.Internal, "INTERNAL", "an internal error occurred"),
			} {
				_, err := get(t.Context(), conn, name)
				if got := apperr.As(err); got == nil || *got != *want {
					t.Errorf("%s: %#v, want %#v", name, got, want)
				}
			}
			_, err = get(t.Context(), conn, "NO")
			if e := apperr.As(err); e == nil || e.Reason != "INVALID_FIELD" || e.Field != "name" {
				t.Errorf("an invalid message: %v", err)
			}
			_, err = registryv1.NewMemberServiceClient(conn).AdmitMember(t.Context(), &registryv1.AdmitMemberRequest{})
			if apperr.ReasonOf(err) != "PERMISSION_DENIED" {
				t.Errorf("without permission: %v", err)
			}
			_, err = get(t.Context(), i.dial(t, p, testkit.ID("stranger")), "members/oem")
			if apperr.ReasonOf(err) != "PERMISSION_DENIED" {
				t.Errorf("an unknown service: %v", err)
			}
		})
	}
}

func TestDialNeedsAnAddress(t *testing.T) {
	i := newInstallation(t)
	edge, err := app.NewEdge(t.Context(), "gateway", i.config(t, "gateway"), newProcess(t, app.ProcessConfig{}))
	must(t, err)
	if _, err := edge.Dial("nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("error = %v", err)
	}
}

func TestAFailingRunnerEndsTheProcess(t *testing.T) {
	for name, failure := range map[string]error{
		"own error":        errors.New("disk full"),
		"own cancellation": fmt.Errorf("upstream: %w", context.Canceled),
	} {
		t.Run(name, func(t *testing.T) {
			other := make(chan struct{})
			err := newProcess(t, app.ProcessConfig{}).Run(t.Context(),
				app.RunnerFunc(func(context.Context) error { return failure }),
				app.RunnerFunc(func(ctx context.Context) error {
					<-ctx.Done()
					close(other)
					return ctx.Err()
				}))
			if !errors.Is(err, failure) {
				t.Errorf("ended with %v, want %v", err, failure)
			}
			<-other
		})
	}
}

func TestTheAdminPort(t *testing.T) {
	address := freeAddress(t)
	p := newProcess(t, app.ProcessConfig{AdminAddress: address})
	var fault error
	p.AddReadiness("registry/database", func(context.Context) error { return fault })
	stop := start(t, p)
	ask := func(path string) (int, string) {
		resp, err := fetch(t, "http://"+address+path)
		must(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		return resp.StatusCode, string(body)
	}
	if code, body := ask("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d %s", code, body)
	}
	if code, body := ask("/readyz"); code != http.StatusOK {
		t.Errorf("/readyz: %d %s", code, body)
	}
	if code, body := ask("/metrics"); code != http.StatusOK || !strings.Contains(body, "target_info") {
		t.Errorf("/metrics: %d %s", code, body)
	}
	fault = errors.New("secret.host refuses")
	if code, body := ask("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "registry/database") || strings.Contains(body, "secret") {
		t.Errorf("/readyz: %d %s", code, body)
	}
	must(t, stop())
}

// fetch repeats a request until the server listens; the test's own deadline bounds it.
func fetch(t *testing.T, url string) (*http.Response, error) {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		must(t, err)
		resp, err := http.DefaultClient.Do(req)
		if err == nil || t.Context().Err() != nil {
			return resp, err
		}
		<-ticker.C
	}
}
