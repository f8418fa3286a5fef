package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// MemberPayouts lists payouts of a member, the last requested first.
func (s *Store) MemberPayouts(ctx context.Context, member string, before int64, limit int) (payouts []settlement.Payout, err error) {
	err = s.asMember(ctx, member, func(q *dbsqlc.Queries) error {
		payouts, err = allPayouts(q.TenantPayouts(ctx, dbsqlc.TenantPayoutsParams{
			Before: before, MaxRows: int32(limit), //nolint:gosec // at most a page and one
		}))
		return err
	})
	return payouts, err
}

func (t *ledgerTx) Payout(ctx context.Context, id string) (settlement.Payout, error) {
	row, err := t.q.Payout(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.Payout{}, settlement.ErrPayoutNotFound
	}
	if err != nil {
		return settlement.Payout{}, fmt.Errorf("look up payout: %w", err)
	}
	return payout(row), nil
}

func (t *ledgerTx) LockPayouts(ctx context.Context, ids []string) (map[string]settlement.Payout, error) {
	rows, err := allPayouts(t.q.LockPayouts(ctx, ids))
	if err != nil {
		return nil, err
	}
	payouts := make(map[string]settlement.Payout, len(rows))
	for _, p := range rows {
		payouts[p.ID] = p
	}
	return payouts, nil
}

func (t *ledgerTx) LockBatch(ctx context.Context, batch string) ([]settlement.Payout, error) {
	return allPayouts(t.q.LockBatch(ctx, &batch))
}

func (t *ledgerTx) PayablePayouts(ctx context.Context, alone settlement.Amount, limit int) ([]settlement.Payout, error) {
	return allPayouts(t.q.PayablePayouts(ctx, dbsqlc.PayablePayoutsParams{
		Alone: alone, MaxRows: int32(limit), //nolint:gosec // a small constant
	}))
}

func (t *ledgerTx) InsertPayout(ctx context.Context, p settlement.Payout) error {
	err := t.q.InsertPayout(ctx, dbsqlc.InsertPayoutParams{
		ID: p.ID, Member: p.Member, Amount: p.Amount, CreditorName: p.Creditor.Name, CreditorIban: p.Creditor.IBAN, CreditorBic: p.Creditor.BIC,
		State: string(p.State), RequestedBy: p.RequestedBy, RequestHash: p.RequestHash[:], CreatedAt: p.CreateTime,
	})
	if err != nil {
		return fmt.Errorf("insert payout: %w", err)
	}
	return nil
}

func (t *ledgerTx) UpdatePayout(ctx context.Context, p settlement.Payout) error {
	n, err := t.q.UpdatePayout(ctx, dbsqlc.UpdatePayoutParams{ID: p.ID, State: string(p.State), ApprovedBy: p.ApprovedBy, Rejection: p.Rejection})
	if err != nil {
		return fmt.Errorf("update payout: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("update payout: there is no %s", p.ID)
	}
	return nil
}

func (t *ledgerTx) Batch(ctx context.Context, id string) (settlement.PayoutBatch, bool, error) {
	row, err := t.q.Batch(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.PayoutBatch{}, false, nil
	}
	if err != nil {
		return settlement.PayoutBatch{}, false, fmt.Errorf("look up batch: %w", err)
	}
	return settlement.PayoutBatch{ID: id, Document: row.Document, Payments: int(row.Payments)}, true, nil
}

func (t *ledgerTx) InsertBatch(ctx context.Context, b settlement.PayoutBatch, payouts []settlement.Payout) error {
	err := t.q.InsertBatch(ctx, dbsqlc.InsertBatchParams{
		ID: b.ID, Document: b.Document, Payments: int32(b.Payments), CreatedAt: b.CreateTime, //nolint:gosec // a small number
	})
	if err != nil {
		return fmt.Errorf("insert batch: %w", err)
	}
	ids := make([]string, len(payouts))
	for i, p := range payouts {
		ids[i] = p.ID
	}
	n, err := t.q.ExportPayouts(ctx, dbsqlc.ExportPayoutsParams{Batch: &b.ID, Ids: ids})
	if err != nil {
		return fmt.Errorf("export payouts: %w", err)
	}
	if int(n) != len(payouts) {
		return fmt.Errorf("export payouts: %d of %d are requested", n, len(payouts))
	}
	return nil
}

// allPayouts turns the outcome of a query for payouts into the domain's.
func allPayouts(rows []dbsqlc.Payout, err error) ([]settlement.Payout, error) {
	if err != nil {
		return nil, fmt.Errorf("look up payouts: %w", err)
	}
	payouts := make([]settlement.Payout, len(rows))
	for i, r := range rows {
		payouts[i] = payout(r)
	}
	return payouts, nil
}

func payout(r dbsqlc.Payout) settlement.Payout {
	p := settlement.Payout{
		ID: r.ID, Seq: r.Seq, Member: r.Member, Amount: r.Amount,
		Creditor: iso20022.Party{Name: r.CreditorName, IBAN: r.CreditorIban, BIC: r.CreditorBic}, State: settlement.PayoutState(r.State),
		RequestedBy: r.RequestedBy, ApprovedBy: r.ApprovedBy, Rejection: r.Rejection, CreateTime: r.CreatedAt,
	}
	if r.Batch != nil {
		p.Batch = *r.Batch
	}
	copy(p.RequestHash[:], r.RequestHash)
	return p
}
