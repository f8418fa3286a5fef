package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// firstID sorts before all others.
const firstID = "00000000-0000-0000-0000-000000000000"

// InClawbackTx runs f in one read-committed transaction: what must not change in between, f locks.
func (s *Store) InClawbackTx(ctx context.Context, f func(settlement.ClawbackTx) error) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error { return f(s.BindClawback(tx)) })
}

// BindClawback returns the versions of reads within a transaction that somebody else began and ends.
func (s *Store) BindClawback(tx pgx.Tx) settlement.ClawbackTx {
	return &ledgerTx{tx: tx, q: dbsqlc.New(tx), publish: s.publish}
}

// OpenRefutations lists refutations that are not finished and whose reads are all captured, oldest first.
func (s *Store) OpenRefutations(ctx context.Context, limit int) ([]settlement.Refutation, error) {
	rows, err := dbsqlc.New(s.owner).OpenRefutations(ctx, int32(limit)) //nolint:gosec // a small constant
	if err != nil {
		return nil, fmt.Errorf("list open refutations: %w", err)
	}
	refutations := make([]settlement.Refutation, len(rows))
	for i, r := range rows {
		refutations[i] = settlement.Refutation{
			Event: r.Event, Passport: r.Passport, Member: r.Member, Field: r.Field, Time: r.RefutedAt, ReceiveTime: r.ReceivedAt,
		}
		var answers []answerRow
		if err := json.Unmarshal(r.Remaining, &answers); err != nil {
			return nil, fmt.Errorf("unmarshal remaining answers: %w", err)
		}
		for _, a := range answers {
			refutations[i].Remaining = append(refutations[i].Remaining, settlement.Answer(a))
		}
	}
	return refutations, nil
}

// answerRow is an answer as the column "remaining" holds it.
type answerRow struct {
	From    time.Time `json:"from"`
	Quality int64     `json:"quality"`
}

// AffectedReads lists the ids of captured reads to which a member has contributed.
func (s *Store) AffectedReads(ctx context.Context, f settlement.Refutation, since time.Time, after string, limit int) ([]string, error) {
	ids, err := dbsqlc.New(s.owner).AffectedReads(ctx, dbsqlc.AffectedReadsParams{
		Passport: f.Passport, Since: &since, After: cmp.Or(after, firstID), Member: f.Member, Field: f.Field,
		MaxRows: int32(limit), //nolint:gosec // a small constant
	})
	if err != nil {
		return nil, fmt.Errorf("list affected reads: %w", err)
	}
	return ids, nil
}

// DueReads lists reads with a version that is not settled.
func (s *Store) DueReads(ctx context.Context, limit int) ([]string, error) {
	ids, err := dbsqlc.New(s.owner).DueReads(ctx, int32(limit)) //nolint:gosec // a small constant
	if err != nil {
		return nil, fmt.Errorf("list due reads: %w", err)
	}
	return ids, nil
}

// FinishRefutation records that all reads are divided anew.
func (s *Store) FinishRefutation(ctx context.Context, event string) error {
	if err := dbsqlc.New(s.owner).FinishRefutation(ctx, event); err != nil {
		return fmt.Errorf("finish refutation: %w", err)
	}
	return nil
}

func (t *ledgerTx) InsertRefutation(ctx context.Context, f settlement.Refutation) error {
	answers := make([]answerRow, len(f.Remaining))
	for i, a := range f.Remaining {
		answers[i] = answerRow(a)
	}
	remaining, err := json.Marshal(answers)
	if err != nil {
		return fmt.Errorf("marshal remaining answers: %w", err)
	}
	err = t.q.InsertRefutation(ctx, dbsqlc.InsertRefutationParams{
		Event: f.Event, Passport: f.Passport, Member: f.Member, Field: f.Field, Remaining: remaining, RefutedAt: f.Time, ReceivedAt: f.ReceiveTime,
	})
	if err != nil {
		return fmt.Errorf("insert refutation: %w", err)
	}
	return nil
}

func (t *ledgerTx) LockRevisedRead(ctx context.Context, id string) (settlement.Read, error) {
	reads, err := allReads(t.q.LockReads(ctx, []string{id}))
	if err == nil && len(reads) == 0 {
		err = settlement.ErrReadNotFound
	}
	if err != nil {
		return settlement.Read{}, err
	}
	return revised(ctx, t.q)(reads[0], nil)
}

// revised adds its revisions to a read that was found.
func revised(ctx context.Context, q *dbsqlc.Queries) func(settlement.Read, error) (settlement.Read, error) {
	return func(r settlement.Read, err error) (settlement.Read, error) {
		if err != nil {
			return settlement.Read{}, err
		}
		rows, err := q.Revisions(ctx, r.ID)
		if err != nil {
			return settlement.Read{}, fmt.Errorf("list revisions: %w", err)
		}
		for _, row := range rows {
			v := settlement.Revision{
				Version: int(row.Version), Event: row.Event, CreateTime: row.CreatedAt,
				Change: settlement.Contribution{Member: row.Contributor, Field: row.Field, Quality: int64(row.Quality)},
			}
			if v.Shares, err = unmarshalShares(row.Shares); err != nil {
				return settlement.Read{}, err
			}
			if row.SettledAt != nil {
				v.SettleTime = *row.SettledAt
			}
			r.Revisions = append(r.Revisions, v)
		}
		return r, nil
	}
}

func (t *ledgerTx) InsertRevision(ctx context.Context, r settlement.Read, v settlement.Revision, losers []string) error {
	shares, err := marshalShares(v.Shares)
	if err != nil {
		return err
	}
	if losers == nil {
		losers = []string{}
	}
	err = t.q.InsertRevision(ctx, dbsqlc.InsertRevisionParams{
		Read: r.ID, Version: int32(v.Version), Member: r.Payer, Event: v.Event, Contributor: v.Change.Member, Field: v.Change.Field, //nolint:gosec // counted by ones
		Quality: int32(v.Change.Quality), Shares: shares, Losers: losers, CreatedAt: v.CreateTime, //nolint:gosec // at most MaxQuality
	})
	if err != nil {
		return fmt.Errorf("insert revision: %w", err)
	}
	return nil
}

func (t *ledgerTx) Due(ctx context.Context, members []string) (map[string]int, error) {
	rows, err := t.q.Due(ctx, members)
	if err != nil {
		return nil, fmt.Errorf("count due revisions: %w", err)
	}
	due := make(map[string]int, len(rows))
	for _, r := range rows {
		due[r.Member] = int(r.Due)
	}
	return due, nil
}

func (t *ledgerTx) SettleRevision(ctx context.Context, read string, v settlement.Revision) error {
	n, err := t.q.SettleRevision(ctx, dbsqlc.SettleRevisionParams{Read: read, Version: int32(v.Version), SettledAt: &v.SettleTime}) //nolint:gosec // counted by ones
	if err != nil {
		return fmt.Errorf("settle revision: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("settle revision: %d of %s is not due", v.Version, read)
	}
	return nil
}

func (t *ledgerTx) PutOff(ctx context.Context, read string, at time.Time) error {
	if err := t.q.PutOff(ctx, dbsqlc.PutOffParams{Read: read, TriedAt: &at}); err != nil {
		return fmt.Errorf("put revisions off: %w", err)
	}
	return nil
}
