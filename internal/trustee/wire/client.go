package wire

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/apperr"
)

// timeout bounds a call.
const timeout = 30 * time.Second

// Client calls one trustee. It is safe for use by several goroutines.
type Client struct {
	base string
	http *http.Client
}

// NewClient returns a client of the trustee at "host:port" whose certificate has the SHA-256. Own is the caller's certificate, nil
// if it needs none.
func NewClient(address string, certificate model.Hash, own *tls.Certificate) *Client {
	config := &tls.Config{
		MinVersion: tls.VersionTLS13,
		// The certificate is pinned, which takes the place of a chain and a name.
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection compares with the pin
		VerifyConnection: func(c tls.ConnectionState) error {
			if len(c.PeerCertificates) == 0 || model.Hash(sha256.Sum256(c.PeerCertificates[0].Raw)) != certificate {
				return errors.New("trustee: another certificate than the ledger's")
			}
			return nil
		},
	}
	if own != nil {
		config.Certificates = []tls.Certificate{*own}
	}
	return &Client{base: "https://" + address, http: &http.Client{
		Timeout: timeout, Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute},
	}}
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Open asks for the opening of capsules. The answer is to be verified: signature, sealing and proof.
func (c *Client) Open(ctx context.Context, q OpenRequest) (OpenResponse, error) {
	return call[OpenResponse](ctx, c, PathOpen, q)
}

// Evaluate asks for the evaluation of blinded elements. The answer's proof is to be verified.
func (c *Client) Evaluate(ctx context.Context, q EvaluateRequest) (EvaluateResponse, error) {
	return call[EvaluateResponse](ctx, c, PathEvaluate, q)
}

// Exchange brings two trustees' boards together.
func (c *Client) Exchange(ctx context.Context, m Exchange) (Exchange, error) {
	return call[Exchange](ctx, c, PathExchange, m)
}

// KeySet returns the set of a key that the trustee has a share of. Who uses it checks it.
func (c *Client) KeySet(ctx context.Context, purpose access.KeyPurpose, number uint64) (access.KeySet, error) {
	query := url.Values{"purpose": {string(purpose)}, "number": {strconv.FormatUint(number, 10)}}
	text, err := c.do(ctx, http.MethodGet, PathKeySet+"?"+query.Encode(), nil)
	if err != nil {
		return access.KeySet{}, err
	}
	return access.ParseKeySet(text)
}

func call[A any](ctx context.Context, c *Client, path string, q any) (a A, err error) {
	body, err := json.Marshal(q)
	if err != nil {
		return a, fmt.Errorf("trustee: %w", err)
	}
	raw, err := c.do(ctx, http.MethodPost, path, body)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return a, fmt.Errorf("trustee: answer: %w", err)
	}
	return a, nil
}

// do returns the body of an answer, or the refusal as an *apperr.Error.
func (c *Client) do(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("trustee: %w", err)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("trustee: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	raw, err := io.ReadAll(io.LimitReader(answer.Body, MaxBody))
	if err != nil {
		return nil, fmt.Errorf("trustee: answer: %w", err)
	}
	if answer.StatusCode == http.StatusOK {
		return raw, nil
	}
	var refusal Refusal
	if err := json.Unmarshal(raw, &refusal); err != nil || refusal.Reason == "" {
		return nil, fmt.Errorf("trustee: status %d", answer.StatusCode)
	}
	return nil, apperr.New(kindOf(answer.StatusCode), refusal.Reason, "%s", refusal.Message)
}
