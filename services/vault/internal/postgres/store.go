// Package postgres stores vehicles and holders.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres/dbsqlc"
)

// Actions of the vault in the audit table.
const (
	actionBind           = "vault.BindVehicle"
	actionRegisterHolder = "vault.RegisterHolder"
	actionReadHolder     = "vault.GetHolder"
	actionMatch          = "vault.MatchVehicles"
	actionCompare        = "vault.CompareVehicles"
	actionGiveShreds     = "vault.GiveShreds"
)

// Store implements vault.Store.
type Store struct {
	owner, reader postgres.Beginner
}

// NewStore returns a store. owner is connected as the role that owns the schema, reader as the one under row-level
// security, which alone reads holders.
func NewStore(owner, reader postgres.Beginner) *Store { return &Store{owner: owner, reader: reader} }

// BindVehicles implements vault.Store.
func (s *Store) BindVehicles(ctx context.Context, vehicles []vault.NewVehicle) ([]vault.Vehicle, error) {
	ids, tags := make([]uuid.UUID, len(vehicles)), make([][]byte, len(vehicles))
	for i := range vehicles {
		ids[i], tags[i] = vehicles[i].ID, vehicles[i].Tag[:]
	}
	var out []vault.Vehicle
	err := postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		q := dbsqlc.New(tx)
		created, err := q.InsertVehicles(ctx, dbsqlc.InsertVehiclesParams{Ids: ids, Tags: tags})
		if err != nil {
			return fmt.Errorf("vault: insert vehicles: %w", err)
		}
		isNew := make(map[uuid.UUID]bool, len(created))
		for _, id := range created {
			isNew[id] = true
		}
		if err := insertIdentities(ctx, q, vehicles, isNew); err != nil {
			return err
		}
		subject := authn.FromContext(ctx).Subject()
		if err := q.AuditVehicles(ctx, dbsqlc.AuditVehiclesParams{Subject: subject, Action: actionBind, Ids: created}); err != nil {
			return fmt.Errorf("vault: audit: %w", err)
		}
		// The insert has waited for concurrent binders of the same tags, so this statement sees their vehicles.
		rows, err := q.VehiclesByTag(ctx, tags)
		if err != nil {
			return fmt.Errorf("vault: select vehicles: %w", err)
		}
		out = make([]vault.Vehicle, len(rows))
		for i, r := range rows {
			out[i] = vault.Vehicle{ID: r.ID, Tag: vault.Tag(r.Tag), Created: isNew[r.ID]}
		}
		return nil
	})
	return out, err
}

// insertIdentities stores the VINs of new vehicles only: one that was there keeps what it has, which after an erasure is
// nothing.
func insertIdentities(ctx context.Context, q *dbsqlc.Queries, vehicles []vault.NewVehicle, isNew map[uuid.UUID]bool) error {
	var rows dbsqlc.InsertIdentitiesParams
	for _, v := range vehicles {
		if isNew[v.ID] {
			rows.VehicleIds = append(rows.VehicleIds, v.ID)
			rows.Ciphertexts = append(rows.Ciphertexts, v.Identity.Ciphertext)
			rows.KeyIds = append(rows.KeyIds, int64(v.Identity.KeyID))
			rows.ShredKeys = append(rows.ShredKeys, v.ShredKey)
		}
	}
	if err := q.InsertIdentities(ctx, rows); err != nil {
		return fmt.Errorf("vault: insert identities: %w", err)
	}
	return nil
}

// VehicleByTag implements vault.Store.
func (s *Store) VehicleByTag(ctx context.Context, tag vault.Tag) (uuid.UUID, error) {
	var rows []dbsqlc.VehiclesByTagRow
	err := postgres.InTx(ctx, s.owner, func(tx pgx.Tx) (err error) {
		rows, err = dbsqlc.New(tx).VehiclesByTag(ctx, [][]byte{tag[:]})
		return err
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("vault: look up: %w", err)
	}
	if len(rows) == 0 {
		return uuid.Nil, vault.ErrVehicleNotFound
	}
	return rows[0].ID, nil
}

// BoundVehicles implements vault.Store.
func (s *Store) BoundVehicles(ctx context.Context, ids []uuid.UUID) (bound []vault.Vehicle, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		rows, err := dbsqlc.New(tx).BoundVehicles(ctx, ids)
		for _, r := range rows {
			bound = append(bound, vault.Vehicle{ID: r.ID, Tag: vault.Tag(r.Tag)})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("vault: resolve: %w", err)
	}
	return bound, nil
}

// Identities implements vault.Store.
func (s *Store) Identities(ctx context.Context, after uuid.UUID, limit int) (out []vault.SealedVIN, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		rows, err := dbsqlc.New(tx).IdentitiesAfter(ctx, dbsqlc.IdentitiesAfterParams{After: after, Page: int32(min(limit, math.MaxInt32))})
		if err != nil {
			return fmt.Errorf("vault: select identities: %w", err)
		}
		for _, r := range rows {
			out = append(out, vault.SealedVIN{Vehicle: r.VehicleID, Ciphertext: r.Ciphertext, ShredKey: r.ShredKey})
		}
		return audit.Record(ctx, tx, actionMatch, "vehicles/-")
	})
	return out, err
}

// IdentitiesOf implements vault.Store.
func (s *Store) IdentitiesOf(ctx context.Context, ids []uuid.UUID) (out []vault.SealedVIN, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		rows, err := dbsqlc.New(tx).IdentitiesOf(ctx, ids)
		if err != nil {
			return fmt.Errorf("vault: select identities: %w", err)
		}
		for _, r := range rows {
			out = append(out, vault.SealedVIN{Vehicle: r.VehicleID, Ciphertext: r.Ciphertext, ShredKey: r.ShredKey})
		}
		return audit.Record(ctx, tx, actionCompare, "vehicles/-")
	})
	return out, err
}

// AuditHolderRead implements vault.Store.
func (s *Store) AuditHolderRead(ctx context.Context, id uuid.UUID) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		return audit.Record(ctx, tx, actionReadHolder, "holders/"+id.String())
	})
}

// Holder implements vault.Store.
func (s *Store) Holder(ctx context.Context, member string, id uuid.UUID) (vault.SealedHolder, error) {
	var row dbsqlc.HolderOfMemberRow
	err := postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) (err error) {
		row, err = dbsqlc.New(tx).HolderOfMember(ctx, dbsqlc.HolderOfMemberParams{ID: id, Member: member})
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return vault.SealedHolder{}, vault.ErrHolderNotFound
	}
	if err != nil {
		return vault.SealedHolder{}, fmt.Errorf("vault: select holder: %w", err)
	}
	return vault.SealedHolder{
		ID: id, Member: member, Vehicle: row.VehicleID, CreateTime: row.CreatedAt, ShredKey: row.ShredKey,
		Identity: vault.Sealed{Ciphertext: row.Ciphertext, KeyID: uint32(row.KeyID)},
	}, nil
}
