package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres/dbsqlc"
)

// RefuseRestricted implements vault.Store.
func (s *Store) RefuseRestricted(ctx context.Context, vehicle, holder uuid.UUID) error {
	var restricted bool
	err := postgres.InTx(ctx, s.owner, func(tx pgx.Tx) (err error) {
		restricted, err = dbsqlc.New(tx).IsRestricted(ctx, dbsqlc.IsRestrictedParams{VehicleID: vehicle, HolderID: holder})
		return err
	})
	if err != nil {
		return fmt.Errorf("vault: look for restrictions: %w", err)
	}
	if restricted {
		return vault.ErrRestricted
	}
	return nil
}

// AddRestriction implements vault.DeskTx.
func (t deskTx) AddRestriction(ctx context.Context, r vault.SubjectRequest) error {
	err := dbsqlc.New(t.tx).InsertRestriction(ctx, dbsqlc.InsertRestrictionParams{
		RequestID: r.ID, Scope: string(r.Scope), HolderID: r.Holder, VehicleID: r.Vehicle,
	})
	if err != nil {
		return fmt.Errorf("vault: insert restriction: %w", err)
	}
	return nil
}

// LiftRestriction implements vault.DeskTx.
func (t deskTx) LiftRestriction(ctx context.Context, request uuid.UUID) error {
	if err := dbsqlc.New(t.tx).LiftRestriction(ctx, request); err != nil {
		return fmt.Errorf("vault: lift restriction: %w", err)
	}
	return nil
}
