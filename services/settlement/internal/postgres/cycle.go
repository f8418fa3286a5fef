package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/journal/fact"
	"github.com/pcc-platform/pcc/internal/journal/outbox"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/internal/sumtree"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// closeTx implements settlement.CloseTx.
type closeTx struct {
	tx pgx.Tx
	q  *dbsqlc.Queries
}

// InCloseTx runs f in one read-committed transaction: what must not change in between, f locks.
func (s *Store) InCloseTx(ctx context.Context, f func(settlement.CloseTx) error) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error { return f(&closeTx{tx: tx, q: dbsqlc.New(tx)}) })
}

// LastCycle returns the last sealed cycle.
func (s *Store) LastCycle(ctx context.Context) (settlement.Cycle, error) {
	return lastCycle(ctx, dbsqlc.New(s.owner))
}

func (t *closeTx) LastCycle(ctx context.Context) (settlement.Cycle, error) {
	return lastCycle(ctx, t.q)
}

func lastCycle(ctx context.Context, q *dbsqlc.Queries) (settlement.Cycle, error) {
	row, err := q.LastCycle(ctx)
	if err != nil {
		return settlement.Cycle{}, fmt.Errorf("look up last cycle: %w", err)
	}
	return cycle(row), nil
}

func (t *closeTx) LockCycle(ctx context.Context) (time.Time, error) {
	now, err := t.q.LockCycle(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("lock cycle: %w", err)
	}
	return now.UTC(), nil
}

func (t *closeTx) InsertCycle(ctx context.Context, c settlement.Cycle) error {
	if err := t.q.InsertCycle(ctx, dbsqlc.InsertCycleParams{Number: c.Number, StartTime: c.Start, EndTime: c.End}); err != nil {
		return fmt.Errorf("insert cycle: %w", err)
	}
	return nil
}

func (t *closeTx) LockUnclosed(ctx context.Context) (settlement.Cycle, bool, error) {
	if err := t.q.LockClosing(ctx); err != nil {
		return settlement.Cycle{}, false, fmt.Errorf("lock closing: %w", err)
	}
	row, err := t.q.FirstUnclosed(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.Cycle{}, false, nil
	}
	if err != nil {
		return settlement.Cycle{}, false, fmt.Errorf("look up sealed cycle: %w", err)
	}
	return cycle(row), true, nil
}

// DrawBalances checks what it draws from the start of the cycle against today's balances.
func (t *closeTx) DrawBalances(ctx context.Context, c settlement.Cycle) ([]settlement.Account, error) {
	rows, err := t.q.DrawBalances(ctx, dbsqlc.DrawBalancesParams{
		Cycle: c.Number, Previous: c.Number - 1, StartTime: c.Start, EndTime: c.End,
	})
	if err != nil {
		return nil, fmt.Errorf("draw balances: %w", err)
	}
	wrong, err := t.q.CountMisdrawn(ctx, dbsqlc.CountMisdrawnParams{Cycle: c.Number, EndTime: c.End})
	if err != nil {
		return nil, fmt.Errorf("check balances: %w", err)
	}
	if wrong != 0 {
		return nil, fmt.Errorf("draw balances: %d accounts of cycle %d disagree with their balances since", wrong, c.Number)
	}
	if err := t.q.DrawNets(ctx, dbsqlc.DrawNetsParams{Cycle: c.Number, StartTime: c.Start, EndTime: c.End}); err != nil {
		return nil, fmt.Errorf("draw nets: %w", err)
	}
	accounts := make([]settlement.Account, len(rows))
	for i, r := range rows {
		accounts[i] = settlement.Account{ID: settlement.AccountID(r.Account), Balance: r.Balance}
	}
	return accounts, nil
}

func (t *closeTx) CoverageAt(ctx context.Context, at time.Time) (settlement.Coverage, error) {
	row, err := t.q.CoverageAt(ctx, at)
	if err != nil {
		return settlement.Coverage{}, fmt.Errorf("sum the bank's side: %w", err)
	}
	return settlement.Coverage{
		Reserve: settlement.Amount(row.Reserve), Statement: row.Statement, Unconfirmed: settlement.Amount(row.Unconfirmed),
	}, nil
}

// InsertClose journals the close through the outbox, as transfers are: it is behind all of its cycle's, which have committed.
func (t *closeTx) InsertClose(ctx context.Context, c settlement.Close) (settlement.Close, error) {
	leaf, err := fact.Leaf(&settlementv1.JournaledClose{
		Cycle: fmt.Sprintf("cycles/%d", c.Number), StartTime: timestamppb.New(c.Start), EndTime: timestamppb.New(c.End),
		Root: c.Root.Hash[:], Total: c.Root.Sum, Reserve: int64(c.Reserve), Statement: c.Statement,
		Unconfirmed: int64(c.Unconfirmed), Credit: int64(c.Credit),
	})
	if err != nil {
		return settlement.Close{}, err
	}
	c.Leaf = leaf.Frame
	if c.JournaledAfter, err = t.q.StreamSize(ctx, settlement.JournalStream); err != nil {
		return settlement.Close{}, fmt.Errorf("look up journal: %w", err)
	}
	if err := outbox.Put(ctx, t.tx, settlement.JournalStream, leaf); err != nil {
		return settlement.Close{}, err
	}
	c.CloseTime, err = t.q.InsertClose(ctx, dbsqlc.InsertCloseParams{
		Cycle: c.Number, TreeKey: c.TreeKey, Root: c.Root.Hash[:], Total: c.Total(), Reserve: c.Reserve, Statement: c.Statement,
		Unconfirmed: c.Unconfirmed, Credit: c.Credit, Leaf: c.Leaf, JournaledAfter: c.JournaledAfter,
	})
	if err != nil {
		return settlement.Close{}, fmt.Errorf("insert close: %w", err)
	}
	return c, nil
}

func (t *closeTx) Audit(ctx context.Context, action, resource string) error {
	return audit.Record(ctx, t.tx, action, resource)
}

// Close returns a closed cycle, or settlement.ErrCycleNotFound.
func (s *Store) Close(ctx context.Context, number int64) (settlement.Close, error) {
	closes, err := s.closes(ctx, dbsqlc.ClosesParams{First: number, Before: number + 1, MaxRows: 1})
	if err == nil && len(closes) == 0 {
		err = settlement.ErrCycleNotFound
	}
	if err != nil {
		return settlement.Close{}, err
	}
	return closes[0], nil
}

// Closes lists closed cycles, the last first.
func (s *Store) Closes(ctx context.Context, before int64, limit int) ([]settlement.Close, error) {
	return s.closes(ctx, dbsqlc.ClosesParams{Before: before, MaxRows: int32(limit)}) //nolint:gosec // at most a page and one
}

func (s *Store) closes(ctx context.Context, params dbsqlc.ClosesParams) ([]settlement.Close, error) {
	rows, err := dbsqlc.New(s.owner).Closes(ctx, params)
	if err != nil {
		return nil, fmt.Errorf("list cycles: %w", err)
	}
	closes := make([]settlement.Close, len(rows))
	for i, r := range rows {
		c := r.CycleClose
		closes[i] = settlement.Close{
			Cycle:   cycle(dbsqlc.Cycle{Number: r.Number, StartTime: r.StartTime, EndTime: r.EndTime}),
			TreeKey: c.TreeKey, Root: sumtree.Node{Sum: int64(c.Total)},
			Coverage: settlement.Coverage{Reserve: c.Reserve, Statement: c.Statement, Unconfirmed: c.Unconfirmed, Credit: c.Credit},
			Leaf:     c.Leaf, JournaledAfter: c.JournaledAfter, CloseTime: c.ClosedAt,
		}
		copy(closes[i].Root.Hash[:], c.Root)
	}
	return closes, nil
}

// ClosingBalances lists all balances at the end of a cycle.
func (s *Store) ClosingBalances(ctx context.Context, number int64) ([]settlement.Account, error) {
	return closingBalances(ctx, dbsqlc.New(s.owner), number)
}

// MemberClosingBalances lists a member's balances at the end of a cycle.
func (s *Store) MemberClosingBalances(ctx context.Context, member string, number int64) (accounts []settlement.Account, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		accounts, err = closingBalances(ctx, q, number)
		return err
	})
	return accounts, err
}

func closingBalances(ctx context.Context, q *dbsqlc.Queries, number int64) ([]settlement.Account, error) {
	rows, err := q.ClosingBalances(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("list closing balances: %w", err)
	}
	accounts := make([]settlement.Account, len(rows))
	for i, r := range rows {
		accounts[i] = settlement.Account{ID: settlement.AccountID(r.Account), Balance: r.Balance}
	}
	return accounts, nil
}

func cycle(r dbsqlc.Cycle) settlement.Cycle {
	return settlement.Cycle{Number: r.Number, Start: r.StartTime.UTC(), End: r.EndTime.UTC()}
}
