package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/idempotency"
	"github.com/pcc-platform/pcc/internal/postgres"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres/dbsqlc"
)

// ConsentRecorder records consents, each once per request id.
type ConsentRecorder struct {
	db   postgres.Beginner
	hash idempotency.Hash
}

// NewConsentRecorder returns a recorder that keeps hash of every request to recognise its repetition.
func NewConsentRecorder(owner postgres.Beginner, hash idempotency.Hash) *ConsentRecorder {
	return &ConsentRecorder{db: owner, hash: hash}
}

// RecordOnce runs f in a transaction and returns the new consent's name, or that of an earlier call with the same request id: the stored
// answer has no text.
func (r *ConsentRecorder) RecordOnce(ctx context.Context, req *vaultv1.RecordConsentRequest, f func(vault.DeskTx) (*vaultv1.Consent, error)) (*vaultv1.Consent, error) {
	var resp *vaultv1.RecordConsentResponse
	err := postgres.InTx(ctx, r.db, func(tx pgx.Tx) (err error) {
		resp, err = idempotency.Do(ctx, tx, "RecordConsent", req, &vaultv1.RecordConsentResponse{}, func() (*vaultv1.RecordConsentResponse, error) {
			c, err := f(deskTx{tx})
			return &vaultv1.RecordConsentResponse{Consent: c}, err
		}, idempotency.WithHash(r.hash))
		return err
	})
	return resp.GetConsent(), err
}

// Consents implements vault.ConsentStore.
func (s *Store) Consents(ctx context.Context, member string, holder uuid.UUID, limit int) (out []vault.SealedConsent, err error) {
	err = postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error {
		rows, err := dbsqlc.New(tx).ConsentsOfHolder(ctx, dbsqlc.ConsentsOfHolderParams{HolderID: holder, Member: member, Page: page(limit)})
		for _, row := range rows {
			out = append(out, consentOf(row))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("vault: list consents: %w", err)
	}
	return out, nil
}

// AddConsent implements vault.ConsentTx.
func (t deskTx) AddConsent(ctx context.Context, c vault.SealedConsent) error {
	added, err := dbsqlc.New(t.tx).InsertConsent(ctx, dbsqlc.InsertConsentParams{
		ID: c.ID, Member: c.Member, HolderID: c.Holder, VehicleID: c.Vehicle, Hash: c.Hash[:], Ciphertext: c.Sealed.Ciphertext,
		KeyID: int64(c.Sealed.KeyID), ShredKey: c.ShredKey, ExpiresAt: c.ExpireTime,
	})
	if err != nil {
		return fmt.Errorf("vault: insert consent: %w", err)
	}
	if added == 0 {
		return vault.ErrConsentExists
	}
	return audit.Record(ctx, t.tx, "vault.RecordConsent", "holderConsents/"+c.ID.String(), "holders/"+c.Holder.String())
}

// GetConsent implements vault.ConsentTx.
func (t deskTx) GetConsent(ctx context.Context, member string, id uuid.UUID) (vault.SealedConsent, error) {
	row, err := dbsqlc.New(t.tx).GetConsent(ctx, dbsqlc.GetConsentParams{ID: id, Member: member})
	if errors.Is(err, pgx.ErrNoRows) {
		return vault.SealedConsent{}, vault.ErrConsentNotFound
	}
	if err != nil {
		return vault.SealedConsent{}, fmt.Errorf("vault: select consent: %w", err)
	}
	return consentOf(row), nil
}

// SetWithdrawn implements vault.ConsentTx.
func (t deskTx) SetWithdrawn(ctx context.Context, id uuid.UUID) error {
	if err := dbsqlc.New(t.tx).WithdrawConsent(ctx, id); err != nil {
		return fmt.Errorf("vault: withdraw consent: %w", err)
	}
	return audit.Record(ctx, t.tx, "vault.WithdrawConsent", "holderConsents/"+id.String())
}

func consentOf(row dbsqlc.Consent) vault.SealedConsent {
	return vault.SealedConsent{
		Consent: vault.Consent{
			ID: row.ID, Member: row.Member, Holder: row.HolderID, Vehicle: row.VehicleID, Hash: [32]byte(row.Hash),
			RecordTime: row.RecordedAt, ExpireTime: row.ExpiresAt, WithdrawTime: row.WithdrawnAt,
		},
		Sealed: vault.Sealed{Ciphertext: row.Ciphertext}, ShredKey: row.ShredKey,
	}
}
