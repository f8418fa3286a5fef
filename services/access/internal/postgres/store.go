// Package postgres keeps in access's schema which policy is of which period, and consents.
package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	ledger "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/access"
	"github.com/pcc-platform/pcc/services/access/internal/postgres/dbsqlc"
)

// Store implements access.Store.
type Store struct{ owner, reader *pgxpool.Pool }

var _ access.Store = (*Store)(nil)

// NewStore keeps everything in the schema of owner. Members' queries of consents go through reader, whose role is under
// row-level security.
func NewStore(owner, reader *pgxpool.Pool) *Store { return &Store{owner: owner, reader: reader} }

func (s *Store) queries() *dbsqlc.Queries { return dbsqlc.New(s.owner) }

// OpenPolicy stores p unless its period has a policy.
func (s *Store) OpenPolicy(ctx context.Context, p access.StoredPolicy) (opened access.StoredPolicy, err error) {
	err = postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		q := dbsqlc.New(tx)
		n, err := q.InsertPolicy(ctx, dbsqlc.InsertPolicyParams{
			PolicyID: string(p.ID), Passport: p.Passport, Period: int32(p.Period), //nolint:gosec // a count of holders
			Steward: p.Steward, Text: p.Text, CreatedAt: p.CreateTime,
		})
		if err != nil {
			return failed(err, "store a policy")
		}
		if n > 0 {
			if err := audit.Record(ctx, tx, "OpenPolicy", p.Name()); err != nil {
				return err
			}
		}
		opened, err = onePolicy(q.PolicyOfPeriod(ctx, periodOf(p.Passport, p.Period)))
		return err
	})
	return opened, err
}

// MarkOnLedger notes that the ledger has the first version.
func (s *Store) MarkOnLedger(ctx context.Context, id ledger.PolicyID) error {
	return failed(s.queries().MarkOnLedger(ctx, string(id)), "mark a policy")
}

// Policy returns a policy of a passport.
func (s *Store) Policy(ctx context.Context, passport string, id ledger.PolicyID) (access.StoredPolicy, error) {
	return onePolicy(s.queries().PolicyOfPassport(ctx, dbsqlc.PolicyOfPassportParams{Passport: passport, PolicyID: string(id)}))
}

// PolicyOf returns the policy of a period.
func (s *Store) PolicyOf(ctx context.Context, passport string, period int) (access.StoredPolicy, error) {
	return onePolicy(s.queries().PolicyOfPeriod(ctx, periodOf(passport, period)))
}

// Policies lists those of a passport.
func (s *Store) Policies(ctx context.Context, passport string, limit int) ([]access.StoredPolicy, error) {
	rows, err := s.queries().PoliciesOfPassport(ctx, dbsqlc.PoliciesOfPassportParams{Passport: passport, MaxRows: rowLimit(limit)})
	all := make([]access.StoredPolicy, len(rows))
	for i, r := range rows {
		all[i] = toPolicy(r)
	}
	return all, failed(err, "list policies")
}

// Audit records the caller's action.
func (s *Store) Audit(ctx context.Context, action, object string) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error { return audit.Record(ctx, tx, action, object) })
}

func periodOf(passport string, period int) dbsqlc.PolicyOfPeriodParams {
	return dbsqlc.PolicyOfPeriodParams{Passport: passport, Period: int32(period)} //nolint:gosec // a count of holders
}

func onePolicy(row dbsqlc.PolicyPeriod, err error) (access.StoredPolicy, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return access.StoredPolicy{}, access.ErrPolicyNotFound
	}
	return toPolicy(row), failed(err, "look up a policy")
}

func toPolicy(r dbsqlc.PolicyPeriod) access.StoredPolicy {
	return access.StoredPolicy{
		ID: ledger.PolicyID(r.PolicyID), Passport: r.Passport, Period: int(r.Period), Steward: r.Steward, Text: r.Text,
		OnLedger: r.OnLedger, CreateTime: r.CreatedAt,
	}
}

func rowLimit(n int) int32 { return int32(n) } //nolint:gosec // at most a page and one

// failed says what an unexpected error of the database kept from happening; nil stays nil.
func failed(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("access: %s: %w", what, err)
}
