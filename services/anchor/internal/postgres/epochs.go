package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres/dbsqlc"
)

// Epoch returns the epoch of that number, or anchor.ErrEpochNotFound.
func (s *Store) Epoch(ctx context.Context, number uint64) (anchor.Epoch, error) {
	row, err := s.q.GetEpoch(ctx, int64(min(number, math.MaxInt64)))
	if errors.Is(err, pgx.ErrNoRows) {
		return anchor.Epoch{}, anchor.ErrEpochNotFound
	}
	if err != nil {
		return anchor.Epoch{}, fmt.Errorf("anchor: get epoch: %w", err)
	}
	epochs, err := s.complete(ctx, []dbsqlc.Epoch{row})
	if err != nil {
		return anchor.Epoch{}, err
	}
	return epochs[0], nil
}

// Epochs returns at most limit epochs with numbers below before, newest first.
func (s *Store) Epochs(ctx context.Context, before uint64, limit int) ([]anchor.Epoch, error) {
	rows, err := s.q.ListEpochs(ctx, dbsqlc.ListEpochsParams{Before: int64(min(before, math.MaxInt64)), PageSize: int32(limit)})
	if err != nil {
		return nil, fmt.Errorf("anchor: list epochs: %w", err)
	}
	return s.complete(ctx, rows)
}

// complete parses rows and adds their endorsements.
func (s *Store) complete(ctx context.Context, rows []dbsqlc.Epoch) ([]anchor.Epoch, error) {
	numbers := make([]int64, len(rows))
	for i, row := range rows {
		numbers[i] = row.Number
	}
	endorsements, err := s.endorsements(ctx, numbers)
	if err != nil {
		return nil, err
	}
	epochs := make([]anchor.Epoch, len(rows))
	for i, row := range rows {
		if epochs[i].Candidate, err = anchor.ParseCandidate(row.Record); err != nil {
			return nil, err
		}
		if row.Note != "" {
			epochs[i].Note = []byte(row.Note)
		}
		if !row.AnchoredAt.Valid {
			continue
		}
		epochs[i].AnchorTime = row.AnchoredAt.Time
		epochs[i].Transaction = &anchor.Transaction{
			ID: row.TransactionID.String, Channel: row.Channel.String, Chaincode: row.Chaincode.String,
			Block: uint64(row.Block.Int64), Endorsements: endorsements[row.Number],
		}
	}
	return epochs, nil
}

func (s *Store) endorsements(ctx context.Context, numbers []int64) (map[int64][]anchor.Endorsement, error) {
	rows, err := s.q.ListEndorsements(ctx, numbers)
	if err != nil {
		return nil, fmt.Errorf("anchor: list endorsements: %w", err)
	}
	byEpoch := make(map[int64][]anchor.Endorsement, len(numbers))
	for _, r := range rows {
		byEpoch[r.Number] = append(byEpoch[r.Number], anchor.Endorsement{
			MSPID: r.MspID, CertificatePEM: r.Certificate, Signature: r.Signature, Signed: r.Signed,
		})
	}
	return byEpoch, nil
}
