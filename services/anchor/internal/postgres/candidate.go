package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres/dbsqlc"
)

// AddCandidate keeps a record, its leaf in the index, and the streams and lists that grew, in one transaction. Of two processes
// that cut the same number one fails by the primary key.
func (s *Store) AddCandidate(ctx context.Context, c anchor.Candidate, change *epoch.Change, index headproof.List) error {
	err := postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		err := s.q.WithTx(tx).InsertCandidate(ctx, dbsqlc.InsertCandidateParams{Number: int64(c.Number()), RecordHash: c.Hash[:], Record: c.Text})
		if err != nil {
			return err
		}
		if err := appendIndex(ctx, tx, c, index.Head()); err != nil {
			return err
		}
		if err := copyExtents(ctx, tx, c.Number(), change.Grown); err != nil {
			return err
		}
		return copyHeads(ctx, tx, c.Number(), change.Lists)
	})
	if err != nil {
		return fmt.Errorf("anchor: keep epoch %d: %w", c.Number(), err)
	}
	return nil
}

// appendIndex journals the record. The salt is zero: a record is public and has nothing to hide.
func appendIndex(ctx context.Context, tx pgx.Tx, c anchor.Candidate, want headproof.Head) error {
	leaf := journal.Leaf{Frame: journal.Frame(model.IndexLeafType, [proof.SaltBytes]byte{}, []byte(c.Text))}
	_, checkpoint, err := journal.Append(ctx, tx, keeper.Index, []journal.Leaf{leaf})
	if err != nil {
		return err
	}
	if checkpoint.Size != want.Count || checkpoint.Root != want.Root {
		return fmt.Errorf("%w: the index of %d records has another root than they give", anchor.ErrDiverged, checkpoint.Size)
	}
	return nil
}

func copyExtents(ctx context.Context, tx pgx.Tx, number uint64, grown []epoch.Stream) error {
	rows := pgx.CopyFromSlice(len(grown), func(i int) ([]any, error) {
		s := grown[i]
		return []any{s.Name, int64(number), int64(s.List.Count()), s.List.Bytes()}, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"extents"}, []string{"stream", "epoch", "size", "list"}, rows)
	return err
}

func copyHeads(ctx context.Context, tx pgx.Tx, number uint64, lists []epoch.KeyedList) error {
	rows := pgx.CopyFromSlice(len(lists), func(i int) ([]any, error) {
		return []any{lists[i].Key[:], int64(number), lists[i].List.Bytes()}, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"heads"}, []string{"key", "epoch", "list"}, rows)
	return err
}

// IndexRoot returns the root of the index of a size.
func (s *Store) IndexRoot(ctx context.Context, size uint64) (proof.Hash, error) {
	c, err := journal.CheckpointAt(ctx, s.pool, keeper.Index, size)
	if err != nil {
		return proof.Hash{}, fmt.Errorf("anchor: index: %w", err)
	}
	return c.Root, nil
}

// ProveIndex returns the consistency proof between two sizes of the index; 0 < from < to.
func (s *Store) ProveIndex(ctx context.Context, from, to uint64) ([]proof.Hash, error) {
	return journal.ConsistencyProof(ctx, s.pool, keeper.Index, from, to)
}

// IndexPath returns the way from a record to the root of the index of a size.
func (s *Store) IndexPath(ctx context.Context, number, size uint64) ([]proof.Hash, error) {
	return journal.InclusionProof(ctx, s.pool, keeper.Index, number-1, size)
}
