package caller

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

const (
	httpTimeout   = 30 * time.Second
	maxBody       = 64 << 20
	problemFormat = "application/problem+json"
)

// REST is one principal's client of the gateway.
type REST struct {
	base, token string
	http        *http.Client
}

// unreachableError says that the gateway gave no answer.
type unreachableError struct{ cause error }

func (e *unreachableError) Error() string { return "no answer: " + e.cause.Error() }
func (e *unreachableError) Unwrap() error { return e.cause }

func newREST(t testing.TB, base string, tlsConfig *tls.Config, token string) *REST {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: tlsConfig, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &REST{base: base, token: token, http: &http.Client{Timeout: httpTimeout, Transport: transport}}
}

// Call sends body (nil for none) as JSON and reads the answer into out (nil for no matter), strictly. A refusal is a *Fault.
func (r *REST) Call(ctx context.Context, method, path string, body, out proto.Message) error {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = protojson.Marshal(body); err != nil {
			return fmt.Errorf("caller: %w", err)
		}
	}
	answer, err := r.Send(ctx, method, path, raw)
	if err != nil || out == nil {
		return err
	}
	if err := protojson.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("caller: the answer to %s %s: %w", method, path, err)
	}
	return nil
}

// Send sends bytes as they are and returns the answer's. A refusal is a *Fault; one that is no problem document is an
// error of another kind.
func (r *REST) Send(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	return r.SendAs(ctx, method, path, "application/json", body)
}

// SendAs is Send with a media type.
func (r *REST) SendAs(ctx context.Context, method, path, mediaType string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, r.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("caller: %w", err)
	}
	if body != nil {
		req.Header.Set("Content-Type", mediaType)
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return nil, &unreachableError{err}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return nil, &unreachableError{err}
	}
	if resp.StatusCode == http.StatusOK {
		return raw, nil
	}
	return nil, problemOf(resp, raw)
}

// problemOf reads a problem document and holds it to its form.
func problemOf(resp *http.Response, raw []byte) error {
	var p struct {
		Type, Title, Detail, Reason, Field, TraceID string
		Status                                      int
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return fmt.Errorf("caller: %s without a problem document: %.200s", resp.Status, raw)
	}
	format := resp.Header.Get("Content-Type")
	if format != problemFormat || p.Status != resp.StatusCode || p.Type != "urn:pcc:problem:"+p.Reason || p.Title == "" || p.Detail == "" {
		return fmt.Errorf("caller: %s of %s is not a problem document of the API: %.500s", resp.Status, format, raw)
	}
	return &Fault{Status: p.Status, Reason: p.Reason, Field: p.Field, TraceID: p.TraceID}
}
