package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/chaincode/model"
	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/services/access"
	"github.com/pcc-platform/pcc/services/access/internal/postgres/dbsqlc"
)

// Capsules implements access.CapsuleStore.
type Capsules struct{ owner postgres.Beginner }

// NewCapsules returns the store of capsules, connected as the role that owns the schema.
func NewCapsules(owner postgres.Beginner) *Capsules { return &Capsules{owner: owner} }

// InsertCapsule implements access.CapsuleStore.
func (s *Capsules) InsertCapsule(ctx context.Context, c access.Capsule, hash model.Hash) error {
	return s.do(ctx, "insert capsule", func(q *dbsqlc.Queries) error {
		return q.InsertCapsule(ctx, dbsqlc.InsertCapsuleParams{
			Hash: hash[:], Policy: string(c.Label.Policy), Class: string(c.Label.Class), Writer: c.Label.Writer,
			KeyNumber: int64(c.Label.KeyNumber), //nolint:gosec // numbers of keys are small
			Content:   c.Bytes[:],
		})
	})
}

// CapsulesOf implements access.CapsuleStore.
func (s *Capsules) CapsulesOf(ctx context.Context, policy rules.PolicyID, class rules.Class) (all []access.Capsule, err error) {
	err = s.do(ctx, "select capsules", func(q *dbsqlc.Queries) error {
		rows, err := q.CapsulesOf(ctx, dbsqlc.CapsulesOfParams{Policy: string(policy), Class: string(class), Page: access.MaxCapsules})
		for _, r := range rows {
			all = append(all, access.Capsule{Label: label(string(policy), string(class), r.Writer, r.KeyNumber), Bytes: threshold.Capsule(r.Content)})
		}
		return err
	})
	return all, err
}

// WaitingCapsules implements access.CapsuleStore.
func (s *Capsules) WaitingCapsules(ctx context.Context, limit int) (waiting rules.Capsules, err error) {
	err = s.do(ctx, "select waiting capsules", func(q *dbsqlc.Queries) error {
		rows, err := q.WaitingCapsules(ctx, int32(limit)) //nolint:gosec // at most rules.MaxCapsules
		for _, r := range rows {
			waiting = append(waiting, rules.Registration{Hash: model.Hash(r.Hash), Label: label(r.Policy, r.Class, r.Writer, r.KeyNumber)})
		}
		return err
	})
	return waiting, err
}

// MarkRegistered implements access.CapsuleStore.
func (s *Capsules) MarkRegistered(ctx context.Context, hashes []model.Hash) error {
	raw := make([][]byte, len(hashes))
	for i := range hashes {
		raw[i] = hashes[i][:]
	}
	return s.do(ctx, "mark registered capsules", func(q *dbsqlc.Queries) error { return q.MarkRegistered(ctx, raw) })
}

// MarkRefused implements access.CapsuleStore.
func (s *Capsules) MarkRefused(ctx context.Context, hash model.Hash, reason model.Reason) error {
	return s.do(ctx, "mark a refused capsule", func(q *dbsqlc.Queries) error {
		return q.MarkRefused(ctx, dbsqlc.MarkRefusedParams{Hash: hash[:], Reason: string(reason)})
	})
}

func (s *Capsules) do(ctx context.Context, what string, f func(*dbsqlc.Queries) error) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		if err := f(dbsqlc.New(tx)); err != nil {
			return fmt.Errorf("access: %s: %w", what, err)
		}
		return nil
	})
}

func label(policy, class, writer string, keyNumber int64) rules.Label {
	return rules.Label{
		Policy: rules.PolicyID(policy), Class: rules.Class(class), Writer: writer,
		KeyNumber: uint64(keyNumber), //nolint:gosec // as it was stored
	}
}
