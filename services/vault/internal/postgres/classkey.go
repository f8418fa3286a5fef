package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres/dbsqlc"
)

// ClassKey implements vault.Store.
func (s *Store) ClassKey(ctx context.Context, policy string, class eventlist.Class) (k vault.SealedClassKey, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		row, err := dbsqlc.New(tx).ClassKey(ctx, dbsqlc.ClassKeyParams{Policy: policy, Class: string(class)})
		if errors.Is(err, pgx.ErrNoRows) {
			return vault.ErrClassKeyNotFound
		}
		if err != nil {
			return fmt.Errorf("vault: select class key: %w", err)
		}
		k = vault.SealedClassKey{
			ID:  vault.ClassKeyID{Vehicle: row.VehicleID, Policy: policy, Class: class},
			Key: vault.Sealed{Ciphertext: row.Ciphertext}, ShredKey: row.ShredKey,
		}
		return audit.Record(ctx, tx, actionGiveShreds, "classKeys/"+policy+"/"+string(class))
	})
	return k, err
}

// InsertClassKey implements vault.Store.
func (s *Store) InsertClassKey(ctx context.Context, k vault.SealedClassKey) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		err := dbsqlc.New(tx).InsertClassKey(ctx, dbsqlc.InsertClassKeyParams{
			Policy: k.ID.Policy, Class: string(k.ID.Class), VehicleID: k.ID.Vehicle,
			Ciphertext: k.Key.Ciphertext, KeyID: int64(k.Key.KeyID), ShredKey: k.ShredKey,
		})
		var pgErr *pgconn.PgError
		if errors.As(err, &pgErr) && pgErr.Code == codeForeignKeyViolation {
			return vault.ErrVehicleUnknown
		}
		if err != nil {
			return fmt.Errorf("vault: insert class key: %w", err)
		}
		return nil
	})
}
