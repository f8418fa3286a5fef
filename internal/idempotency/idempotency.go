// Package idempotency makes a mutation happen once per request id.
//
// The answer is stored in the transaction that makes the change. A repeated call with the same content gets the stored
// answer; the same request id with other content is refused with REQUEST_ID_REUSED.
package idempotency

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
)

// ErrReused is the answer to a request id that was used with other content.
var ErrReused = apperr.New(apperr.AlreadyExists, "REQUEST_ID_REUSED", "this request id was used with other content").WithField("request_id")

// Request is a mutation with its client-made id.
type Request interface {
	proto.Message
	GetRequestId() string
}

// Hash digests a request's content; only the digest is stored.
type Hash func(content []byte) ([]byte, error)

type options struct{ hash Hash }

// Option changes how Do works.
type Option func(*options)

// WithHash replaces SHA-256. A request with personal data needs a keyed hash: a plain one can be tried with guesses.
func WithHash(h Hash) Option {
	return func(o *options) { o.hash = h }
}

// Do runs f at most once per (caller, method, request id) and returns its answer or the stored one. method is the RPC's
// name, unique within the service. Two calls at once with the same id are put in order by the row that both insert.
func Do[Resp proto.Message](ctx context.Context, tx pgx.Tx, method string, req Request, empty Resp, f func() (Resp, error), opts ...Option) (Resp, error) {
	o := options{hash: sha256Of}
	for _, set := range opts {
		set(&o)
	}
	hash, err := hashOf(req, o.hash)
	if err != nil {
		return empty, err
	}
	subject := authn.FromContext(ctx).Subject()
	// The insert waits for a concurrent holder of the same key to commit or roll back.
	tag, err := tx.Exec(ctx, `INSERT INTO idempotency (subject, method, request_id, request_hash, response)
		VALUES ($1, $2, $3, $4, '') ON CONFLICT ON CONSTRAINT idempotency_pkey DO NOTHING`, subject, method, req.GetRequestId(), hash)
	if err != nil {
		return empty, fmt.Errorf("idempotency: claim: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return empty, replay(ctx, tx, subject, method, req.GetRequestId(), hash, empty)
	}
	resp, err := f()
	if err != nil {
		return empty, err
	}
	stored, err := proto.Marshal(resp)
	if err != nil {
		return empty, fmt.Errorf("idempotency: marshal: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE idempotency SET response = $4 WHERE subject = $1 AND method = $2 AND request_id = $3`,
		subject, method, req.GetRequestId(), stored); err != nil {
		return empty, fmt.Errorf("idempotency: store: %w", err)
	}
	return resp, nil
}

func replay(ctx context.Context, tx pgx.Tx, subject, method, id string, hash []byte, into proto.Message) error {
	var storedHash, response []byte
	err := tx.QueryRow(ctx, `SELECT request_hash, response FROM idempotency WHERE subject = $1 AND method = $2 AND request_id = $3`,
		subject, method, id).Scan(&storedHash, &response)
	if errors.Is(err, pgx.ErrNoRows) {
		// Only a snapshot older than the other call's commit cannot see the row.
		return apperr.New(apperr.Aborted, "CONCURRENT_CHANGE", "the same request is under way; retry")
	}
	if err != nil {
		return fmt.Errorf("idempotency: load: %w", err)
	}
	if !bytes.Equal(storedHash, hash) {
		return ErrReused
	}
	return proto.Unmarshal(response, into)
}

func hashOf(req proto.Message, hash Hash) ([]byte, error) {
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	if err != nil {
		return nil, fmt.Errorf("idempotency: marshal: %w", err)
	}
	return hash(content)
}

func sha256Of(content []byte) ([]byte, error) {
	sum := sha256.Sum256(content)
	return sum[:], nil
}
