package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres/dbsqlc"
)

// erasedTable is a table with personal data, and how the rows in a request's scope are deleted.
type erasedTable struct {
	store  string
	kept   string
	delete func() ([]uuid.UUID, error)
}

// EraseRows implements vault.DeskTx.
func (t deskTx) EraseRows(ctx context.Context, r vault.SubjectRequest, now time.Time) (keys []vault.ShredKey, receipts []vault.Receipt, err error) {
	for _, table := range erasedTables(ctx, dbsqlc.New(t.tx), r) {
		deleted, err := table.delete()
		if err != nil {
			return nil, nil, fmt.Errorf("vault: erase %s: %w", table.store, err)
		}
		keys = append(keys, deleted...)
		receipts = append(receipts, vault.Receipt{Store: table.store, Purged: int64(len(deleted)), Kept: table.kept, Time: now})
	}
	return keys, receipts, nil
}

// erasedTables are the tables that a request reaches.
func erasedTables(ctx context.Context, q *dbsqlc.Queries, r vault.SubjectRequest) []erasedTable {
	if r.Scope == vault.ScopeHolder {
		return []erasedTable{
			{store: "vault/holder", delete: func() ([]uuid.UUID, error) { return q.EraseHolder(ctx, r.Holder) }},
			{store: "vault/consent", delete: func() ([]uuid.UUID, error) { return q.EraseConsentsOfHolder(ctx, r.Holder) }},
		}
	}
	return []erasedTable{
		{store: "vault/holder", delete: func() ([]uuid.UUID, error) { return q.EraseHoldersOfVehicle(ctx, r.Vehicle) }},
		{
			store: "vault/vehicle_identity", kept: "the tag as a tombstone, so that the vehicle has one passport for ever",
			delete: func() ([]uuid.UUID, error) { return q.EraseIdentity(ctx, r.Vehicle) },
		},
		{store: "vault/consent", delete: func() ([]uuid.UUID, error) { return q.EraseConsentsOfVehicle(ctx, r.Vehicle) }},
		{store: "vault/class_key", delete: func() ([]uuid.UUID, error) { return q.EraseClassKeys(ctx, r.Vehicle) }},
	}
}

// SaveErasure implements vault.DeskTx.
func (t deskTx) SaveErasure(ctx context.Context, request uuid.UUID, e vault.Erasure) error {
	receipts, err := json.Marshal(e.Receipts)
	if err != nil {
		return fmt.Errorf("vault: encode receipts: %w", err)
	}
	keys := append([]uuid.UUID{}, e.Keys...) // an array, and not NULL, when there are none
	if err := dbsqlc.New(t.tx).InsertErasure(ctx, dbsqlc.InsertErasureParams{RequestID: request, ShredKeys: keys, Receipts: receipts}); err != nil {
		return fmt.Errorf("vault: insert erasure: %w", err)
	}
	return nil
}

// Erasure implements vault.DeskTx.
func (t deskTx) Erasure(ctx context.Context, request uuid.UUID) (vault.Erasure, error) {
	row, err := dbsqlc.New(t.tx).GetErasure(ctx, request)
	if errors.Is(err, pgx.ErrNoRows) {
		return vault.Erasure{}, nil
	}
	if err != nil {
		return vault.Erasure{}, fmt.Errorf("vault: select erasure: %w", err)
	}
	e := vault.Erasure{RowsDeleted: true, Keys: row.ShredKeys, Certificate: row.Certificate}
	if err := json.Unmarshal(row.Receipts, &e.Receipts); err != nil {
		return vault.Erasure{}, fmt.Errorf("vault: decode receipts: %w", err)
	}
	return e, nil
}

// SaveCertificate implements vault.DeskTx.
func (t deskTx) SaveCertificate(ctx context.Context, request uuid.UUID, certificate []byte) error {
	if err := dbsqlc.New(t.tx).SetCertificate(ctx, dbsqlc.SetCertificateParams{RequestID: request, Certificate: certificate}); err != nil {
		return fmt.Errorf("vault: set certificate: %w", err)
	}
	return nil
}
