package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// InLedgerTx runs f in one read-committed transaction: what must not change in between, f locks.
func (s *Store) InLedgerTx(ctx context.Context, f func(settlement.LedgerTx) error) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		return f(&ledgerTx{tx: tx, q: dbsqlc.New(tx), publish: s.publish})
	})
}

// Overdue lists the ids of pending transfers whose time has passed, oldest first.
func (s *Store) Overdue(ctx context.Context, now time.Time, limit int) ([]string, error) {
	ids, err := dbsqlc.New(s.owner).Overdue(ctx, dbsqlc.OverdueParams{Now: now, MaxRows: int32(limit)}) //nolint:gosec // a small constant
	if err != nil {
		return nil, fmt.Errorf("list overdue transfers: %w", err)
	}
	return ids, nil
}

// MemberTransfer returns a transfer of the member with its own postings, or settlement.ErrTransferNotFound.
func (s *Store) MemberTransfer(ctx context.Context, member, id string) (t settlement.PostedTransfer, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		row, err := q.TenantTransfer(ctx, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return settlement.ErrTransferNotFound
		}
		if err != nil {
			return fmt.Errorf("look up transfer: %w", err)
		}
		t.ID, t.Kind, t.Description, t.CreateTime = row.ID, settlement.TransferKind(row.Kind), row.Description, row.CreatedAt
		postings, err := q.TenantPostings(ctx, id)
		if err != nil {
			return fmt.Errorf("look up postings: %w", err)
		}
		for _, p := range postings {
			t.Postings = append(t.Postings, settlement.Posting{Account: settlement.AccountID(p.Account), Amount: settlement.Amount(p.Amount)})
		}
		return nil
	})
	return t, err
}

// Transfers lists transfers with a number above after.
func (s *Store) Transfers(ctx context.Context, after int64, limit int) ([]settlement.PostedTransfer, error) {
	rows, err := dbsqlc.New(s.owner).Transfers(ctx, dbsqlc.TransfersParams{After: after, MaxRows: int32(limit)}) //nolint:gosec // at most a page and one
	if err != nil {
		return nil, fmt.Errorf("list transfers: %w", err)
	}
	transfers := make([]settlement.PostedTransfer, len(rows))
	for i, r := range rows {
		transfers[i] = postedTransfer(r)
	}
	return transfers, nil
}

func (t *ledgerTx) Transfer(ctx context.Context, id string) (settlement.PostedTransfer, error) {
	row, err := t.q.Transfer(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.PostedTransfer{}, settlement.ErrTransferNotFound
	}
	if err != nil {
		return settlement.PostedTransfer{}, fmt.Errorf("look up transfer: %w", err)
	}
	return postedTransfer(row), nil
}

func postedTransfer(r dbsqlc.Transfer) settlement.PostedTransfer {
	t := settlement.PostedTransfer{Seq: r.Seq, CreateTime: r.CreatedAt}
	t.ID, t.Kind, t.Description = r.ID, settlement.TransferKind(r.Kind), r.Description
	copy(t.InputHash[:], r.InputHash)
	for i, account := range r.Accounts {
		t.Postings = append(t.Postings, settlement.Posting{Account: settlement.AccountID(account), Amount: settlement.Amount(r.Amounts[i])})
	}
	return t
}

func (t *ledgerTx) Reversal(ctx context.Context, transfer string) (settlement.Reversal, bool, error) {
	row, err := t.q.Reversal(ctx, transfer)
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.Reversal{}, false, nil
	}
	if err != nil {
		return settlement.Reversal{}, false, fmt.Errorf("look up reversal: %w", err)
	}
	return settlement.Reversal{Transfer: transfer, Cause: row.Cause, ProposedBy: row.ProposedBy, ApprovedBy: row.ApprovedBy}, true, nil
}

func (t *ledgerTx) InsertReversal(ctx context.Context, r settlement.Reversal) error {
	err := t.q.InsertReversal(ctx, dbsqlc.InsertReversalParams{Transfer: r.Transfer, Cause: r.Cause, ProposedBy: r.ProposedBy})
	if err != nil {
		return fmt.Errorf("insert reversal: %w", err)
	}
	return nil
}

func (t *ledgerTx) ApproveReversal(ctx context.Context, r settlement.Reversal) error {
	n, err := t.q.ApproveReversal(ctx, dbsqlc.ApproveReversalParams{Transfer: r.Transfer, ApprovedBy: r.ApprovedBy})
	if err == nil && n != 1 {
		err = errors.New("nobody proposed it, or it is approved")
	}
	if err != nil {
		return fmt.Errorf("approve reversal: %w", err)
	}
	return nil
}

// legRow is a leg as the column "legs" holds it; the amount is in ten-thousandths.
type legRow struct {
	From   settlement.AccountID `json:"from"`
	To     settlement.AccountID `json:"to"`
	Amount settlement.Amount    `json:"amount"`
}

func (t *ledgerTx) lockPending(ctx context.Context, ids []string) ([]settlement.Pending, error) {
	rows, err := t.q.LockPending(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look up pending transfers: %w", err)
	}
	pending := make([]settlement.Pending, len(rows))
	for i, r := range rows {
		pending[i] = settlement.Pending{ID: r.ID, State: settlement.PendingState(r.State), Description: r.Description, ExpireTime: r.ExpiresAt}
		var legs []legRow
		if err := json.Unmarshal(r.Legs, &legs); err != nil {
			return nil, fmt.Errorf("unmarshal legs: %w", err)
		}
		for _, l := range legs {
			pending[i].Legs = append(pending[i].Legs, settlement.Leg(l))
		}
	}
	return pending, nil
}

func (t *ledgerTx) savePending(ctx context.Context, pending []settlement.Pending) error {
	var rows dbsqlc.SavePendingParams
	for _, p := range pending {
		legs := make([]legRow, len(p.Legs))
		for i, l := range p.Legs {
			legs[i] = legRow(l)
		}
		raw, err := json.Marshal(legs)
		if err != nil {
			return fmt.Errorf("marshal legs: %w", err)
		}
		rows.Ids = append(rows.Ids, p.ID)
		rows.States = append(rows.States, string(p.State))
		rows.Legs = append(rows.Legs, raw)
		rows.Descriptions = append(rows.Descriptions, p.Description)
		rows.ExpiresAt = append(rows.ExpiresAt, p.ExpireTime)
	}
	n, err := t.q.SavePending(ctx, rows)
	if err != nil {
		return fmt.Errorf("save pending transfers: %w", err)
	}
	if int(n) != len(pending) {
		return fmt.Errorf("save pending transfers: only %d of %d are new or pending", n, len(pending))
	}
	return nil
}
