package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/postgres"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres/dbsqlc"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

var _ registry.RecallTx = Tx{}

// AddRecall stores a recall and returns its id, or registry.ErrRecallExists.
func (t Tx) AddRecall(ctx context.Context, r registry.Recall) (string, error) {
	ranges, err := proto.Marshal(&vaultv1.MatchVehiclesRequest{Ranges: wire.All(r.Ranges, wire.FromVINRange)})
	if err != nil {
		return "", fmt.Errorf("registry: marshal ranges: %w", err)
	}
	id, err := t.q.AddRecall(ctx, dbsqlc.AddRecallParams{
		Member: r.Member, Campaign: r.Campaign, Defect: r.Defect, Ranges: ranges, CreatedAt: r.CreateTime, SearchEndedAt: r.SearchEnd,
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
		advance := dbsqlc.AdvanceSearchParams{Next: next, Found: int64(len(passports)), ID: r.ID, SearchedTo: r.SearchedTo}
		if next == "" {
			now := time.Now().UTC()
			advance.EndedAt = &now
		}
		moved, err := tx.q.AdvanceSearch(ctx, advance)
		if err != nil || moved == 0 {
			return failed(err, "move the search on")
		}
		for some := range slices.Chunk(passports, registry.MaxMatches) {
			if err := tx.PublishMatched(ctx, r, some); err != nil {
				return err
			}
		}
		return nil
	})
}

func toRecall(r dbsqlc.Recall) (registry.Recall, error) {
	ranges := &vaultv1.MatchVehiclesRequest{}
	if err := proto.Unmarshal(r.Ranges, ranges); err != nil {
		return registry.Recall{}, fmt.Errorf("registry: ranges of a recall: %w", err)
	}
	return registry.Recall{
		ID: r.ID, Member: r.Member, Campaign: r.Campaign, Defect: r.Defect, Ranges: wire.All(ranges.GetRanges(), wire.ToVINRange),
		CreateTime: r.CreatedAt, SearchedTo: r.SearchedTo, SearchEnd: r.SearchEndedAt, Matched: r.MatchedPassports,
	}, nil
}
