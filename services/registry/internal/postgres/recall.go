package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/postgres"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/registry/internal/recallsearch"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

var (
	_ registry.RecallTx           = Tx{}
	_ recallsearch.Store          = (*Store)(nil)
	_ recallsearch.CandidateStore = (*Store)(nil)
)

// AddRecall stores a recall and returns its id, or registry.ErrRecallExists.
func (t Tx) AddRecall(ctx context.Context, r registry.Recall) (string, error) {
	ranges, err := proto.Marshal(&vaultv1.MatchVehiclesRequest{Ranges: wire.All(r.Ranges, wire.FromVINRange)})
	if err != nil {
		return "", fmt.Errorf("registry: marshal ranges: %w", err)
	}
	id, err := t.q.AddRecall(ctx, dbsqlc.AddRecallParams{
		Member: r.Member, Campaign: r.Campaign, Defect: r.Defect, Ranges: ranges, PartNumbers: append([]string{}, r.PartNumbers...),
		CreatedAt: r.CreateTime, SearchEndedAt: r.SearchEnd,
	})
	if postgres.ViolatedConstraint(err) == "recall_campaign_key" {
		return "", registry.ErrRecallExists
	}
	return id, failed(err, "add the recall")
}

// Recall returns a recall of a member, or registry.ErrRecallNotFound.
func (s *Store) Recall(ctx context.Context, member, id string) (registry.Recall, error) {
	row, err := s.q.Recall(ctx, dbsqlc.RecallParams{ID: id, Member: member})
	if err != nil {
		return registry.Recall{}, orNotFound(err, registry.ErrRecallNotFound, "read the recall")
	}
	return toRecall(row)
}

// Recalls returns at most limit recalls of a member that were issued before the given place, the last issued first. The zero
// key begins at the last.
func (s *Store) Recalls(ctx context.Context, member string, before registry.RecallKey, limit int) ([]registry.Recall, error) {
	if before.ID == "" {
		before = afterAllRecalls
	}
	rows, err := s.q.RecallsByMember(ctx, dbsqlc.RecallsByMemberParams{
		Member: member, BeforeTime: before.CreateTime, BeforeID: before.ID, MaxRows: rowLimit(limit),
	})
	if err != nil {
		return nil, failed(err, "list recalls")
	}
	return toRecalls(rows)
}

// afterAllRecalls is a place after that of every recall.
var afterAllRecalls = registry.RecallKey{CreateTime: time.Date(9999, time.January, 1, 0, 0, 0, 0, time.UTC), ID: uuid.Nil.String()}

// SearchingRecall implements recallsearch.Store.
func (s *Store) SearchingRecall(ctx context.Context) (r registry.Recall, ok bool, err error) {
	row, err := s.q.SearchingRecall(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return registry.Recall{}, false, nil
	}
	if err != nil {
		return registry.Recall{}, false, failed(err, "look for recalls")
	}
	r, err = toRecall(row)
	return r, err == nil, err
}

// SaveMatches implements recallsearch.Store.
func (s *Store) SaveMatches(ctx context.Context, r registry.Recall, vehicles []string, next string) error {
	return s.InTx(ctx, func(tx Tx) error {
		passports, err := tx.PassportsOf(ctx, vehicles)
		if err != nil {
			return err
		}
		advance := dbsqlc.AdvanceSearchParams{Next: next, ID: r.ID, SearchedTo: r.SearchedTo}
		if next == "" {
			now := time.Now().UTC()
			advance.EndedAt = &now
		}
		moved, err := tx.q.AdvanceSearch(ctx, advance)
		if err != nil || moved == 0 {
			return failed(err, "move the search on")
		}
		return tx.addMatches(ctx, r, wire.All(passports, func(p registry.Passport) string { return p.ID }))
	})
}

// addMatches keeps that a recall covers passports, by their ids, and tells of those of which nobody knew.
func (t Tx) addMatches(ctx context.Context, r registry.Recall, passports []string) error {
	if len(passports) == 0 {
		return nil
	}
	if err := t.q.LockRecall(ctx, r.ID); err != nil {
		return failed(err, "lock the recall")
	}
	added, err := t.q.AddMatches(ctx, dbsqlc.AddMatchesParams{Recall: r.ID, Passports: passports})
	if err != nil {
		return failed(err, "add matches")
	}
	if err := t.q.CountMatches(ctx, dbsqlc.CountMatchesParams{ID: r.ID, Found: int64(len(added))}); err != nil {
		return failed(err, "count matches")
	}
	for some := range slices.Chunk(added, registry.MaxMatches) {
		if err := t.PublishMatched(ctx, r, some); err != nil {
			return err
		}
	}
	return nil
}

// Candidates implements recallsearch.CandidateStore.
func (s *Store) Candidates(ctx context.Context, limit int) (batch []registry.Candidate, comparedTo string, err error) {
	rows, err := s.q.Candidates(ctx, rowLimit(limit))
	for _, r := range rows {
		batch, comparedTo = append(batch, registry.Candidate{Passport: r.Passport, Vehicle: r.Vehicle}), r.ComparedTo
	}
	return batch, comparedTo, failed(err, "look for new passports")
}

// RecallsAfter implements recallsearch.CandidateStore.
func (s *Store) RecallsAfter(ctx context.Context, id string, limit int) ([]registry.Recall, error) {
	rows, err := s.q.RecallsWithRanges(ctx, dbsqlc.RecallsWithRangesParams{After: id, MaxRows: rowLimit(limit)})
	if err != nil {
		return nil, failed(err, "read recalls")
	}
	return toRecalls(rows)
}

// SaveComparison implements recallsearch.CandidateStore.
func (s *Store) SaveComparison(ctx context.Context, batch []registry.Candidate, found []recallsearch.Found, next string) error {
	passports := wire.All(batch, func(c registry.Candidate) string { return c.Passport })
	return s.InTx(ctx, func(tx Tx) error {
		for _, f := range found {
			if err := tx.addMatches(ctx, f.Recall, f.Passports); err != nil {
				return err
			}
		}
		if next == "" {
			return failed(tx.q.RemoveCandidates(ctx, passports), "end the comparison")
		}
		return failed(tx.q.AdvanceCandidates(ctx, dbsqlc.AdvanceCandidatesParams{Next: next, Passports: passports}), "move the comparison on")
	})
}

func toRecalls(rows []dbsqlc.Recall) (out []registry.Recall, err error) {
	out = make([]registry.Recall, len(rows))
	for i, row := range rows {
		if out[i], err = toRecall(row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func toRecall(r dbsqlc.Recall) (registry.Recall, error) {
	ranges := &vaultv1.MatchVehiclesRequest{}
	if err := proto.Unmarshal(r.Ranges, ranges); err != nil {
		return registry.Recall{}, fmt.Errorf("registry: ranges of a recall: %w", err)
	}
	return registry.Recall{
		ID: r.ID, Member: r.Member, Campaign: r.Campaign, Defect: r.Defect, Ranges: wire.All(ranges.GetRanges(), wire.ToVINRange),
		PartNumbers: r.PartNumbers, CreateTime: r.CreatedAt, SearchedTo: r.SearchedTo, SearchEnd: r.SearchEndedAt, Matched: r.MatchedPassports,
	}, nil
}
