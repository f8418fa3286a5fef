package e2e_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
)

// testObservability looks at what operators look at.
func testObservability(t *testing.T, w *world) {
	if len(w.info.Admin) != 7 {
		t.Errorf("admin ports of %v, want seven processes", w.info.Admin)
	}
	for process, address := range w.info.Admin {
		t.Run(process, func(t *testing.T) {
			for path, want := range map[string]string{
				"/healthz": `^ok\n$`, "/readyz": `^ready\n$`, "/metrics": `(?m)^(rpc|http)_server_\w+.*\} [0-9.e+]+$`,
			} {
				body, err := get(t.Context(), "http://"+address+path)
				if err != nil || !regexp.MustCompile(want).Match(body) {
					t.Errorf("%s: %v, %.300s", path, err, body)
				}
			}
		})
	}
	t.Run("a trace from the problem to the logs", func(t *testing.T) { followTrace(t, w) })
}

// followTrace makes a call that is refused behind the gateway and looks for the trace that the caller was told of.
func followTrace(t *testing.T, w *world) {
	_, err := w.garage.REST.Send(t.Context(), "GET", "/v1/"+nobody, nil)
	trace := caller.FaultOf(err).TraceID
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(trace) {
		t.Fatalf("the problem has no trace id: %v", err)
	}
	for _, process := range []string{"gateway", "registry"} {
		await.Until(t, settleTime, func(context.Context) string {
			if bytes.Contains(w.stack.Log(t, process), []byte(trace)) {
				return ""
			}
			return "trace " + trace + " is not in the log of " + process
		})
	}
}

// metric sums the samples of a metric that have all the labels.
func (w *world) metric(t *testing.T, process, name string, labels ...string) (sum float64) {
	t.Helper()
	body, err := get(t.Context(), "http://"+w.info.Admin[process]+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(body)) {
		sample, ok := strings.CutPrefix(line, name+"{")
		for _, label := range labels {
			ok = ok && strings.Contains(sample, label)
		}
		if !ok {
			continue
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(sample[strings.LastIndexByte(sample, ' '):]), 64)
		if err != nil {
			t.Fatalf("metrics of %s: %s: %v", process, line, err)
		}
		sum += value
	}
	return sum
}

func get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}
