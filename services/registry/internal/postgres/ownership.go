package postgres

import (
	"context"
	"fmt"

	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres/dbsqlc"
)

// ProposedTransfer returns the proposed transfer of a passport, or registry.ErrTransferNotFound.
func (t Tx) ProposedTransfer(ctx context.Context, passport string) (registry.Transfer, error) {
	row, err := t.q.ProposedTransfer(ctx, passport)
	return toTransfer(row), orNotFound(err, registry.ErrTransferNotFound, "read the proposed transfer")
}

// LockTransfer returns a transfer of a passport and keeps others from changing it.
func (t Tx) LockTransfer(ctx context.Context, passport, id string) (registry.Transfer, error) {
	row, err := t.q.LockTransfer(ctx, dbsqlc.LockTransferParams{Passport: passport, ID: id})
	return toTransfer(row), orNotFound(err, registry.ErrTransferNotFound, "lock the transfer")
}

// AddTransfer stores a new transfer and returns its id.
func (t Tx) AddTransfer(ctx context.Context, n registry.Transfer) (string, error) {
	id, err := t.q.AddTransfer(ctx, dbsqlc.AddTransferParams{
		Passport: n.Passport, State: string(n.State), CodeHash: n.CodeHash, ProposedBy: n.ProposedBy,
		CreatedAt: n.CreateTime, ExpiresAt: n.ExpireTime,
	})
	return id, failed(err, "add the transfer")
}

// SaveTransfer stores how far a transfer is.
func (t Tx) SaveTransfer(ctx context.Context, n registry.Transfer) error {
	err := t.q.SaveTransfer(ctx, dbsqlc.SaveTransferParams{
		ID: n.ID, State: string(n.State), AcceptedBy: n.AcceptedBy,
		Attempts: int32(n.Attempts), //nolint:gosec // at most a handful
	})
	return failed(err, "save the transfer")
}

// StartPeriod ends the running ownership period of p and starts the one that p counts.
func (t Tx) StartPeriod(ctx context.Context, p registry.Passport) error {
	ended, err := t.q.EndPeriod(ctx, dbsqlc.EndPeriodParams{EndedAt: p.UpdateTime, Passport: p.ID})
	if err != nil {
		return failed(err, "end the ownership period")
	}
	if ended != 1 {
		return fmt.Errorf("registry: %d ownership periods of %s run, want 1", ended, p.Name())
	}
	err = t.q.AddPeriod(ctx, dbsqlc.AddPeriodParams{
		Passport: p.ID, StartedAt: p.UpdateTime,
		Number: int32(p.OwnershipPeriods), //nolint:gosec // counts holders
	})
	return failed(err, "start the ownership period")
}

// Periods returns at most limit ownership periods of a passport after the given number, oldest first.
func (s *Store) Periods(ctx context.Context, passport string, after, limit int) ([]registry.OwnershipPeriod, error) {
	rows, err := s.q.Periods(ctx, dbsqlc.PeriodsParams{
		Passport: passport, MaxRows: rowLimit(limit),
		After: int32(after), //nolint:gosec // counts holders
	})
	out := make([]registry.OwnershipPeriod, len(rows))
	for i, r := range rows {
		out[i] = registry.OwnershipPeriod{Number: int(r.Number), Start: r.StartedAt}
		if r.EndedAt != nil {
			out[i].End = *r.EndedAt
		}
	}
	return out, failed(err, "list ownership periods")
}

func toTransfer(r dbsqlc.OwnershipTransfer) registry.Transfer {
	return registry.Transfer{
		ID: r.ID, Passport: r.Passport, State: registry.TransferState(r.State), CodeHash: r.CodeHash,
		Attempts: int(r.Attempts), ProposedBy: r.ProposedBy, AcceptedBy: r.AcceptedBy,
		CreateTime: r.CreatedAt, ExpireTime: r.ExpiresAt,
	}
}
