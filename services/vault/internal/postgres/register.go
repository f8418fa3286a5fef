package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/idempotency"
	"github.com/pcc-platform/pcc/internal/postgres"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres/dbsqlc"
)

// codeForeignKeyViolation is PostgreSQL's; see the manual's appendix A.
const codeForeignKeyViolation = "23503"

// Registrar runs registrations, each once per request id.
type Registrar struct {
	db   postgres.Beginner
	hash idempotency.Hash
}

// NewRegistrar returns a Registrar that keeps hash of every request to recognise its repetition.
func NewRegistrar(owner postgres.Beginner, hash idempotency.Hash) *Registrar {
	return &Registrar{db: owner, hash: hash}
}

// RegisterOnce runs f in a transaction, or returns the answer that an earlier call with the same request id got.
func (r *Registrar) RegisterOnce(ctx context.Context, req *vaultv1.RegisterHolderRequest,
	f func(vault.Tx) (*vaultv1.RegisterHolderResponse, error)) (resp *vaultv1.RegisterHolderResponse, err error) {
	err = postgres.InTx(ctx, r.db, func(tx pgx.Tx) error {
		resp, err = idempotency.Do(ctx, tx, "RegisterHolder", req, &vaultv1.RegisterHolderResponse{},
			func() (*vaultv1.RegisterHolderResponse, error) { return f(registration{tx}) }, idempotency.WithHash(r.hash))
		return err
	})
	return resp, err
}

// registration implements vault.Tx.
type registration struct{ tx pgx.Tx }

// InsertHolder implements vault.Tx.
func (r registration) InsertHolder(ctx context.Context, h vault.SealedHolder) error {
	err := dbsqlc.New(r.tx).InsertHolder(ctx, dbsqlc.InsertHolderParams{
		ID: h.ID, Member: h.Member, VehicleID: h.Vehicle, Ciphertext: h.Identity.Ciphertext, KeyID: int64(h.Identity.KeyID),
		ShredKey: h.ShredKey,
	})
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == codeForeignKeyViolation {
		return vault.ErrVehicleUnknown
	}
	if err != nil {
		return fmt.Errorf("vault: insert holder: %w", err)
	}
	return audit.Record(ctx, r.tx, actionRegisterHolder, "holders/"+h.ID.String())
}
