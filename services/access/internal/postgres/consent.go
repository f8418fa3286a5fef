package postgres

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/chaincode/model"
	ledger "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/access"
	"github.com/pcc-platform/pcc/services/access/internal/postgres/dbsqlc"
)

// AddConsent stores a consent unless it is there.
func (s *Store) AddConsent(ctx context.Context, c access.Consent) (stored access.Consent, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		q := dbsqlc.New(tx)
		n, err := q.InsertConsent(ctx, dbsqlc.InsertConsentParams{
			Hash: c.Hash[:], PolicyID: string(c.Policy), Steward: c.Steward, Recipient: c.Recipient, SignedText: c.SignedText, CreatedAt: c.CreateTime,
		})
		if err != nil {
			return failed(err, "store a consent")
		}
		if n > 0 {
			if err := audit.Record(ctx, tx, "RecordConsent", "consents/"+c.Hash.String()); err != nil {
				return err
			}
		}
		stored, err = oneConsent(q.Consent(ctx, dbsqlc.ConsentParams{PolicyID: string(c.Policy), Hash: c.Hash[:]}))
		return err
	})
	return stored, err
}

// Consent returns one that the member may see.
func (s *Store) Consent(ctx context.Context, member string, policy ledger.PolicyID, hash model.Hash) (c access.Consent, err error) {
	err = postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error {
		c, err = oneConsent(dbsqlc.New(tx).Consent(ctx, dbsqlc.ConsentParams{PolicyID: string(policy), Hash: hash[:]}))
		return err
	})
	return c, err
}

// Consents lists those that the member may see.
func (s *Store) Consents(
	ctx context.Context, member string, policy ledger.PolicyID, after access.ConsentKey, limit int,
) (all []access.Consent, err error) {
	afterHash, err := hex.DecodeString(after.Hash)
	if err != nil { // a token is the caller's to forge
		return nil, aip.ErrInvalidPageToken
	}
	err = postgres.InTenantTx(ctx, s.reader, member, func(tx pgx.Tx) error {
		rows, err := dbsqlc.New(tx).Consents(ctx, dbsqlc.ConsentsParams{
			PolicyID: string(policy), AfterTime: after.CreateTime, AfterHash: afterHash, MaxRows: rowLimit(limit),
		})
		for _, r := range rows {
			all = append(all, toConsent(r))
		}
		return failed(err, "list consents")
	})
	return all, err
}

// EndConsent notes a withdrawal.
func (s *Store) EndConsent(ctx context.Context, hash model.Hash, at time.Time) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		n, err := dbsqlc.New(tx).EndConsent(ctx, dbsqlc.EndConsentParams{At: at, Hash: hash[:]})
		if err != nil || n == 0 {
			return failed(err, "end a consent")
		}
		return audit.Record(ctx, tx, "WithdrawConsent", "consents/"+hash.String())
	})
}

func oneConsent(row dbsqlc.Consent, err error) (access.Consent, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return access.Consent{}, access.ErrConsentNotFound
	}
	if err != nil {
		return access.Consent{}, failed(err, "look up a consent")
	}
	return toConsent(row), nil
}

func toConsent(r dbsqlc.Consent) access.Consent {
	c := access.Consent{
		Policy: ledger.PolicyID(r.PolicyID), Hash: model.Hash(r.Hash), Steward: r.Steward, Recipient: r.Recipient, SignedText: r.SignedText,
		CreateTime: r.CreatedAt,
	}
	if r.WithdrawnAt != nil {
		c.WithdrawTime = *r.WithdrawnAt
	}
	return c
}
