// Package postgres keeps the registry's state in its schema.
package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/idempotency"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/events"
	"github.com/pcc-platform/pcc/services/registry/internal/facts"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres/dbsqlc"
)

// Store reads the registry's state and starts its transactions.
type Store struct {
	pool *pgxpool.Pool
	q    *dbsqlc.Queries
}

// NewStore returns the store in the schema that pool has as its search path.
func NewStore(pool *pgxpool.Pool) *Store {
	return &Store{pool: pool, q: dbsqlc.New(pool)}
}

// Tx is one transaction: every port that the registry's rules need of one.
type Tx struct {
	events.Outbox
	facts.Journal
	q *dbsqlc.Queries
}

var (
	_ registry.EnrolmentTx = Tx{}
	_ registry.LifeCycleTx = Tx{}
	_ registry.OwnershipTx = Tx{}
	_ registry.AdmissionTx = Tx{}
)

// NewTx makes a Tx of a transaction that somebody else began.
func NewTx(tx pgx.Tx) Tx {
	return Tx{Outbox: events.Outbox{Tx: tx}, Journal: facts.In(tx), q: dbsqlc.New(tx)}
}

// InTx runs f in a transaction, committed when f returns nil.
func (s *Store) InTx(ctx context.Context, f func(Tx) error) error {
	return postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error { return f(NewTx(tx)) })
}

// Once runs f in a transaction at most once per (caller, method, request id) and returns its answer or the stored one.
func Once[Resp proto.Message](ctx context.Context, s *Store, method string, req idempotency.Request, empty Resp, f func(Tx) (Resp, error)) (resp Resp, err error) {
	err = postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		resp, err = idempotency.Do(ctx, tx, method, req, empty, func() (Resp, error) { return f(NewTx(tx)) })
		return err
	})
	return resp, err
}

// Audit records the caller's action on each object.
func (t Tx) Audit(ctx context.Context, action string, objects ...string) error {
	return audit.Record(ctx, t.Tx, action, objects...)
}

// orNotFound turns the absence of a row into the error that means it.
func orNotFound(err, notFound error, what string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return notFound
	}
	return failed(err, what)
}

// failed says what an unexpected error of the database kept from happening; nil stays nil.
func failed(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("registry: %s: %w", what, err)
}
