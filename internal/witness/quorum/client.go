package quorum

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/wire"
)

// maxReasonBytes bounds what is repeated of a witness's refusal.
const maxReasonBytes = 512

// Client speaks to one witness.
type Client struct {
	url      string
	verifier *checkpoint.Verifier
	http     *http.Client
}

// NewClient returns the client of the witness with a submission prefix, such as https://witness.insurer.example/pcc, and a
// verifier key. TLS is the HTTP client's. The error wraps [checkpoint.ErrMalformed] if the key is not one.
func NewClient(prefix, key string, client *http.Client) (*Client, error) {
	verifier, err := checkpoint.NewVerifier(key)
	if err != nil {
		return nil, err
	}
	return &Client{url: strings.TrimSuffix(prefix, "/") + "/" + wire.AddCheckpoint, verifier: verifier, http: client}, nil
}

// ConflictError says that the witness has cosigned another size than the request took for its last.
type ConflictError struct {
	// Size is that of the last checkpoint that the witness cosigned.
	Size uint64
	// Evidence, if there is any, names the evidence that the log has signed two histories.
	Evidence string
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("quorum: the witness is at size %d%s", e.Size, evidenceNote(e.Evidence))
}

// StatusError is an answer other than a cosignature.
type StatusError struct {
	// Status is that of HTTP.
	Status int
	// Reason is what the witness wrote, at most 512 bytes.
	Reason string
	// Evidence is as in [ConflictError].
	Evidence string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("quorum: the witness answered %d: %s%s", e.Status, e.Reason, evidenceNote(e.Evidence))
}

func evidenceNote(id string) string {
	if id == "" {
		return ""
	}
	return " (it holds evidence " + id + " of two histories)"
}

// AddCheckpoint asks for a cosignature once, and verifies it. The error is a [*ConflictError], a [*StatusError], or says
// what is wrong with the connection or the answer.
func (c *Client) AddCheckpoint(ctx context.Context, r wire.Request) (checkpoint.Cosignature, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(r.Marshal()))
	if err != nil {
		return checkpoint.Cosignature{}, fmt.Errorf("quorum: request: %w", err)
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	response, err := c.http.Do(request)
	if err != nil {
		return checkpoint.Cosignature{}, fmt.Errorf("quorum: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, wire.MaxAnswerBytes+1))
	if err != nil {
		return checkpoint.Cosignature{}, fmt.Errorf("quorum: answer: %w", err)
	}
	if len(body) > wire.MaxAnswerBytes {
		return checkpoint.Cosignature{}, fmt.Errorf("%w: more than %d bytes", ErrAnswer, wire.MaxAnswerBytes)
	}
	if response.StatusCode == http.StatusOK {
		return c.cosignature(r.Note, body)
	}
	return checkpoint.Cosignature{}, refusal(response, body)
}

// cosignature reads the signature lines of an answer. Those of other keys are ignored.
func (c *Client) cosignature(signed, lines []byte) (checkpoint.Cosignature, error) {
	text, err := checkpointText(signed)
	if err != nil {
		return checkpoint.Cosignature{}, err
	}
	cosignature, err := c.verifier.Open(append([]byte(text+"\n"), lines...))
	if err != nil {
		return checkpoint.Cosignature{}, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return cosignature, nil
}

// checkpointText returns the part of a note that is signed.
func checkpointText(signed []byte) (string, error) {
	c, err := checkpoint.Unverified(signed)
	if err != nil {
		return "", err
	}
	return c.Text()
}

func refusal(response *http.Response, body []byte) error {
	evidence := response.Header.Get(wire.EvidenceHeader)
	if len(evidence) != len(wire.LogID("")) {
		evidence = ""
	}
	if response.StatusCode == http.StatusConflict && response.Header.Get("Content-Type") == wire.SizeType {
		size, err := wire.ParseSize(body)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrAnswer, err)
		}
		return &ConflictError{Size: size, Evidence: evidence}
	}
	reason := strings.TrimSpace(string(body[:min(len(body), maxReasonBytes)]))
	return &StatusError{Status: response.StatusCode, Reason: strings.ToValidUTF8(reason, "?"), Evidence: evidence}
}
