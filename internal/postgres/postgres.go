// Package postgres opens connection pools and runs transactions, the same way in every service.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	pgxuuid "github.com/vgarvardt/pgx-google-uuid/v5"

	"github.com/pcc-platform/pcc/internal/apperr"
)

const (
	maxConns       = 10
	connectTimeout = 5 * time.Second
	// statementTimeout bounds every statement on the server's side too, so that a lost client leaves no work behind.
	statementTimeout = 25 * time.Second
	// maxAttempts bounds the retries of a serialisable transaction.
	maxAttempts = 10
	// firstBackOff and maxBackOff bound the pause before a retry, which doubles in between and of which a part by chance is waited.
	firstBackOff = 2 * time.Millisecond
	maxBackOff   = 250 * time.Millisecond
)

// Codes of PostgreSQL that callers act on; see the manual's appendix A.
const (
	CodeUniqueViolation      = "23505"
	codeSerializationFailure = "40001"
	codeDeadlockDetected     = "40P01"
)

// passingCodes are those of a server that takes no transaction now: disk full, too many connections, being shut down,
// restarting after a crash, starting.
var passingCodes = []string{"53100", "53300", "57P01", "57P02", "57P03"}

// ErrUnavailable is the answer while the database cannot be reached.
var ErrUnavailable = apperr.New(apperr.Unavailable, "DATABASE_UNAVAILABLE", "the database cannot be reached; retry")

// Open returns a pool on url with schema as the search path. It connects with the first query.
func Open(ctx context.Context, url, schema string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("postgres: the database url is malformed") // its text may hold a password
	}
	cfg.MaxConns = maxConns
	cfg.ConnConfig.ConnectTimeout = connectTimeout
	cfg.ConnConfig.RuntimeParams["search_path"] = schema
	cfg.ConnConfig.RuntimeParams["application_name"] = "pcc-" + schema
	cfg.ConnConfig.RuntimeParams["statement_timeout"] = fmt.Sprint(statementTimeout.Milliseconds())
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		pgxuuid.Register(conn.TypeMap()) // without it a UUID is sent as text: a third of a writer's time
		return nil
	}
	return pgxpool.NewWithConfig(ctx, cfg)
}

// Beginner starts transactions: a pool or a connection.
type Beginner interface {
	BeginTx(ctx context.Context, opts pgx.TxOptions) (pgx.Tx, error)
}

// InTx runs f in a read-committed transaction: committed when f returns nil, rolled back otherwise. Its error is f's own, or
// ErrUnavailable when the database or the connection to it is lost.
func InTx(ctx context.Context, db Beginner, f func(pgx.Tx) error) error {
	return runTx(ctx, db, pgx.TxOptions{}, f)
}

// InSerializableTx runs f in a serialisable transaction and repeats it, at most maxAttempts times, while PostgreSQL
// reports a conflict. f must have no effect outside the transaction.
func InSerializableTx(ctx context.Context, db Beginner, f func(pgx.Tx) error) error {
	var err error
	for retries := range maxAttempts {
		if retries > 0 {
			if err := backOff(ctx, retries); err != nil {
				return err
			}
		}
		err = runTx(ctx, db, pgx.TxOptions{IsoLevel: pgx.Serializable}, f)
		if !isConflict(err) {
			return err
		}
	}
	return apperr.New(apperr.Aborted, "CONCURRENT_CHANGE", "too many concurrent changes; retry").Wrap(err)
}

// backOff lets the others go first: without a pause, and one by chance, the same transactions meet again at once.
func backOff(ctx context.Context, retries int) error {
	pause := time.NewTimer(rand.N(min(firstBackOff<<retries, maxBackOff))) //nolint:gosec // nobody gains by guessing it
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-pause.C:
		return nil
	}
}

func runTx(ctx context.Context, db Beginner, opts pgx.TxOptions, f func(pgx.Tx) error) error {
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return unavailable(ctx, "begin", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // a no-op after the commit
	if err := f(tx); err != nil {
		// A connection that closed under f explains f's error, unless f says better or the caller gave up, which closes it too.
		if tx.Conn().IsClosed() && apperr.As(err) == nil && ctx.Err() == nil {
			return ErrUnavailable.Wrap(err)
		}
		return err
	}
	return unavailable(ctx, "commit", tx.Commit(ctx))
}

// unavailable makes the failure of a transaction's begin or end ErrUnavailable, unless the server itself refused it or the
// caller gave up. A commit whose answer got lost may have happened: calls are idempotent, so that they can be repeated.
func unavailable(ctx context.Context, step string, err error) error {
	if err == nil {
		return nil
	}
	var pgErr *pgconn.PgError
	refused := errors.As(err, &pgErr) && !slices.Contains(passingCodes, pgErr.Code)
	if refused || errors.Is(err, pgx.ErrTxCommitRollback) || ctx.Err() != nil {
		return fmt.Errorf("postgres: %s: %w", step, err)
	}
	return ErrUnavailable.Wrap(err)
}

func isConflict(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && (pgErr.Code == codeSerializationFailure || pgErr.Code == codeDeadlockDetected)
}

// ViolatedConstraint returns the name of the unique constraint that err reports as violated, or "".
func ViolatedConstraint(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == CodeUniqueViolation {
		return pgErr.ConstraintName
	}
	return ""
}

// tenantSetting is the run-time parameter that row-level security policies compare with a row's tenant column.
const tenantSetting = "pcc.tenant"

// InTenantTx runs f in a read-only transaction that row-level security confines to the rows of one member. db must be
// connected as a role under row-level security.
func InTenantTx(ctx context.Context, db Beginner, member string, f func(pgx.Tx) error) error {
	return runTx(ctx, db, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config($1, $2, true)", tenantSetting, member); err != nil {
			return fmt.Errorf("postgres: set the tenant: %w", err)
		}
		return f(tx)
	})
}
