package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// maxAnswer bounds an answer of the REST API.
const maxAnswer = 64 << 20

// REST calls the platform's REST API with the messages of its protos.
type REST struct {
	base string
	http *http.Client
}

// REST returns a client of the gateway that the profile names.
func (p Profile) REST() (*REST, error) {
	if p.Gateway == "" {
		return nil, errors.New("client: the profile names no gateway")
	}
	c, err := p.HTTP()
	if err != nil {
		return nil, err
	}
	return &REST{base: p.Gateway, http: c}, nil
}

// Call sends body (nil for none) to path and reads the answer into out (nil: it is not looked at). A problem that the platform reports is an
// *apperr.Error.
func (r *REST) Call(ctx context.Context, method, path string, body, out proto.Message) error {
	var payload io.Reader
	if body != nil {
		raw, err := protojson.Marshal(body)
		if err != nil {
			return fmt.Errorf("client: %w", err)
		}
		payload = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.base+path, payload)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.http.Do(req)
	if err != nil {
		return apperr.New(apperr.Unavailable, "GATEWAY_UNREACHABLE", "the gateway does not answer").Wrap(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("client: read answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return problem(resp.StatusCode, raw)
	}
	if out == nil {
		return nil
	}
	// A newer platform may answer with fields that this program does not know yet.
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw, out); err != nil {
		return fmt.Errorf("client: the answer is not of the API: %w", err)
	}
	return nil
}

// kindOfStatus is what a status says of a problem; a conflict is of several kinds, which its reason tells apart.
var kindOfStatus = map[int]apperr.Kind{
	http.StatusBadRequest: apperr.InvalidArgument, http.StatusUnauthorized: apperr.Unauthenticated,
	http.StatusForbidden: apperr.PermissionDenied, http.StatusNotFound: apperr.NotFound, http.StatusConflict: apperr.AlreadyExists,
	http.StatusTooManyRequests: apperr.ResourceExhausted, http.StatusServiceUnavailable: apperr.Unavailable,
}

// problem reads an RFC 9457 answer.
func problem(status int, raw []byte) error {
	var p struct {
		Detail, Reason, Field string
	}
	if err := json.Unmarshal(raw, &p); err != nil || p.Reason == "" {
		return fmt.Errorf("client: the gateway answers %s", http.StatusText(status))
	}
	kind, known := kindOfStatus[status]
	if !known && status < http.StatusInternalServerError {
		kind = apperr.InvalidArgument
	}
	return apperr.New(kind, p.Reason, "%s", p.Detail).WithField(p.Field)
}
