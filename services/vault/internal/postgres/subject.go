package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres/dbsqlc"
)

// LockHolder implements vault.DeskTx.
func (t deskTx) LockHolder(ctx context.Context, member string, id uuid.UUID) (vault.SealedHolder, error) {
	row, err := dbsqlc.New(t.tx).LockHolder(ctx, dbsqlc.LockHolderParams{ID: id, Member: member})
	if errors.Is(err, pgx.ErrNoRows) {
		return vault.SealedHolder{}, vault.ErrHolderNotFound
	}
	if err != nil {
		return vault.SealedHolder{}, fmt.Errorf("vault: lock holder: %w", err)
	}
	return vault.SealedHolder{
		ID: id, Member: member, Vehicle: row.VehicleID, Identity: vault.Sealed{Ciphertext: row.Ciphertext}, ShredKey: row.ShredKey,
		CreateTime: row.CreatedAt,
	}, nil
}

// ReplaceHolder implements vault.DeskTx.
func (t deskTx) ReplaceHolder(ctx context.Context, h vault.SealedHolder) error {
	err := dbsqlc.New(t.tx).ReplaceHolder(ctx, dbsqlc.ReplaceHolderParams{
		ID: h.ID, Ciphertext: h.Identity.Ciphertext, KeyID: int64(h.Identity.KeyID), ShredKey: h.ShredKey,
	})
	if err != nil {
		return fmt.Errorf("vault: replace holder: %w", err)
	}
	return nil
}

// DoomKeys implements vault.DeskTx.
func (t deskTx) DoomKeys(ctx context.Context, keys []vault.ShredKey) error {
	if err := dbsqlc.New(t.tx).DoomKeys(ctx, keys); err != nil {
		return fmt.Errorf("vault: doom keys: %w", err)
	}
	return nil
}

// RequestsOfHolder implements vault.DeskTx.
func (t deskTx) RequestsOfHolder(ctx context.Context, holder uuid.UUID, limit int) ([]vault.SubjectRequest, error) {
	rows, err := dbsqlc.New(t.tx).RequestsOfHolder(ctx, dbsqlc.RequestsOfHolderParams{HolderID: holder, Page: page(limit)})
	if err != nil {
		return nil, fmt.Errorf("vault: select requests: %w", err)
	}
	out := make([]vault.SubjectRequest, len(rows))
	for i, row := range rows {
		out[i] = requestOf(row)
	}
	return out, nil
}

// Accesses implements vault.DeskTx.
func (t deskTx) Accesses(ctx context.Context, holder uuid.UUID, limit int) ([]vault.Access, error) {
	rows, err := dbsqlc.New(t.tx).AccessesTo(ctx, dbsqlc.AccessesToParams{Object: "holders/" + holder.String(), Page: page(limit)})
	if err != nil {
		return nil, fmt.Errorf("vault: select accesses: %w", err)
	}
	out := make([]vault.Access, len(rows))
	for i, row := range rows {
		out[i] = vault.Access{By: row.Subject, Action: row.Action, Time: row.CreatedAt}
	}
	return out, nil
}

// DoomedKeys implements vault.DeskStore.
func (s *Store) DoomedKeys(ctx context.Context, limit int) (keys []vault.ShredKey, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) (err error) {
		keys, err = dbsqlc.New(tx).DoomedKeys(ctx, page(limit))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("vault: select doomed keys: %w", err)
	}
	return keys, nil
}

// ForgetDoomedKeys implements vault.DeskStore.
func (s *Store) ForgetDoomedKeys(ctx context.Context, keys []vault.ShredKey) error {
	err := postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error { return dbsqlc.New(tx).ForgetDoomedKeys(ctx, keys) })
	if err != nil {
		return fmt.Errorf("vault: forget doomed keys: %w", err)
	}
	return nil
}

// page is a limit as the database takes it.
func page(limit int) int32 { return int32(min(limit, math.MaxInt32)) }
