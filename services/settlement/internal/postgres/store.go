// Package postgres keeps the ledger in PostgreSQL.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

const (
	// maxAccounts bounds the accounts of one member, of which there are four.
	maxAccounts = 10
)

// Publish puts an event into the outbox of tx.
type Publish func(ctx context.Context, tx pgx.Tx, e settlement.MemberAccountsOpened) error

// Store implements settlement.Store.
type Store struct {
	owner, reader *pgxpool.Pool
	publish       Publish
}

// NewStore keeps the ledger in the schema of owner. Members' queries go through reader, whose role is under row-level
// security.
func NewStore(owner, reader *pgxpool.Pool, publish Publish) *Store {
	return &Store{owner: owner, reader: reader, publish: publish}
}

// InTx runs f in one read-committed transaction: what must not change in between, f locks.
func (s *Store) InTx(ctx context.Context, f func(settlement.Tx) error) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error { return f(s.Bind(tx)) })
}

// Bind returns the ledger within a transaction that somebody else began and ends.
func (s *Store) Bind(tx pgx.Tx) settlement.Tx {
	return &ledgerTx{tx: tx, q: dbsqlc.New(tx), publish: s.publish}
}

// Accounts lists the accounts of a member by id.
func (s *Store) Accounts(ctx context.Context, member string) (accounts []settlement.Account, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		rows, err := q.TenantAccounts(ctx, maxAccounts)
		if err != nil {
			return fmt.Errorf("list accounts: %w", err)
		}
		for _, r := range rows {
			accounts = append(accounts, settlement.Account{ID: settlement.AccountID(r.ID), Balance: r.Balance, Overdraft: r.Overdraft})
		}
		return nil
	})
	return accounts, err
}

// StatementLines lists postings on an account of a member, or settlement.ErrAccountNotFound.
func (s *Store) StatementLines(
	ctx context.Context, member string, account settlement.AccountID, after int64, limit int,
) (lines []settlement.StatementLine, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		visible, err := q.TenantHasAccount(ctx, string(account))
		if err != nil {
			return fmt.Errorf("look up account: %w", err)
		}
		if !visible {
			return settlement.ErrAccountNotFound
		}
		rows, err := q.TenantStatement(ctx, dbsqlc.TenantStatementParams{
			Account: string(account), After: after, MaxRows: int32(limit), //nolint:gosec // at most a page and one
		})
		if err != nil {
			return fmt.Errorf("list statement lines: %w", err)
		}
		for _, r := range rows {
			lines = append(lines, settlement.StatementLine{
				Seq: r.Seq, TransferID: r.Transfer, Amount: r.Amount, BalanceAfter: r.BalanceAfter,
				Description: r.Description, CreateTime: r.CreatedAt,
			})
		}
		return nil
	})
	return lines, err
}

// MemberRead returns a read that the member pays, with its revisions, or settlement.ErrReadNotFound.
func (s *Store) MemberRead(ctx context.Context, member, id string) (r settlement.Read, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		r, err = revised(ctx, q)(oneRead(q.Read(ctx, id)))
		return err
	})
	return r, err
}

func (s *Store) asMember(ctx context.Context, member string, f func(*dbsqlc.Queries) error) error {
	return postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error { return f(dbsqlc.New(tx)) })
}

// Read returns any member's read, or settlement.ErrReadNotFound.
func (s *Store) Read(ctx context.Context, id string) (settlement.Read, error) {
	return oneRead(dbsqlc.New(s.owner).Read(ctx, id))
}

// TrialBalance sums the books as one statement sees them.
func (s *Store) TrialBalance(ctx context.Context) (settlement.TrialBalance, error) {
	rows, err := dbsqlc.New(s.owner).TrialBalance(ctx)
	if err != nil {
		return settlement.TrialBalance{}, fmt.Errorf("sum accounts: %w", err)
	}
	if len(rows) == 0 {
		return settlement.TrialBalance{}, errors.New("the ledger has no accounts")
	}
	lines := make([]settlement.TrialLine, len(rows))
	for i, r := range rows {
		lines[i] = settlement.TrialLine{Name: r.Name, Balance: settlement.Amount(r.Balance), Posted: r.Posted}
	}
	return settlement.NewTrialBalance(lines, settlement.Amount(rows[0].Euro))
}

// StaleHolds lists the ids of reads held since before a time, oldest first.
func (s *Store) StaleHolds(ctx context.Context, before time.Time, limit int) ([]string, error) {
	ids, err := dbsqlc.New(s.owner).StaleHolds(ctx, dbsqlc.StaleHoldsParams{
		Before: before, MaxRows: int32(limit), //nolint:gosec // a small constant
	})
	if err != nil {
		return nil, fmt.Errorf("list stale holds: %w", err)
	}
	return ids, nil
}
