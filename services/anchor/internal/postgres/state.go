package postgres

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres/dbsqlc"
)

// indexPage is how many records of the index are read at once.
const indexPage = 4096

// State returns the state after the last candidate, whose map is given. It reads every leaf hash of the index: one an epoch.
func (s *Store) State(ctx context.Context, last anchor.Candidate, heads *headmap.Map) (epoch.State, error) {
	state := epoch.State{Heads: heads}
	var err error
	if state.Index, err = s.index(ctx, last.Number()); err != nil {
		return epoch.State{}, err
	}
	names := make([]string, len(last.Record.Streams))
	for i, c := range last.Record.Streams {
		names[i] = c.Stream
	}
	encoded, err := s.q.Extents(ctx, names)
	if err != nil {
		return epoch.State{}, fmt.Errorf("anchor: streams of epoch %d: %w", last.Number(), err)
	}
	if len(encoded) != len(names) {
		return epoch.State{}, fmt.Errorf("%w: %d streams are stored of %d", anchor.ErrDiverged, len(encoded), len(names))
	}
	for i, name := range names {
		list, err := proof.ParseList(encoded[i])
		if err != nil {
			return epoch.State{}, fmt.Errorf("%w: stream %s: %w", anchor.ErrDiverged, name, err)
		}
		state.Streams = append(state.Streams, epoch.Stream{Name: name, List: list})
	}
	return state, nil
}

// index makes the state of the index of a size anew.
func (s *Store) index(ctx context.Context, size uint64) (list proof.List, err error) {
	for list.Count() < size {
		entries, err := journal.ReadEntriesFrom(ctx, s.pool, keeper.Index, list.Count(), int(min(size-list.Count(), indexPage)))
		if err != nil {
			return proof.List{}, fmt.Errorf("anchor: index: %w", err)
		}
		if len(entries) == 0 {
			return proof.List{}, fmt.Errorf("%w: the index ends at %d of %d records", anchor.ErrDiverged, list.Count(), size)
		}
		for _, e := range entries {
			if list, err = list.Append(e.Hash()); err != nil {
				return proof.List{}, fmt.Errorf("anchor: index: %w", err)
			}
		}
	}
	return list, nil
}

// Lists yields every list as of an epoch, ascending by key.
func (s *Store) Lists(ctx context.Context, number uint64) iter.Seq2[epoch.KeyedList, error] {
	const query = `SELECT DISTINCT ON (key) key, list FROM heads WHERE epoch <= $1 ORDER BY key, epoch DESC`
	return func(yield func(epoch.KeyedList, error) bool) {
		rows, err := s.pool.Query(ctx, query, int64(number))
		if err != nil {
			yield(epoch.KeyedList{}, fmt.Errorf("anchor: read lists: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			if list, err := scanList(rows); !yield(list, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(epoch.KeyedList{}, fmt.Errorf("anchor: read lists: %w", err))
		}
	}
}

// ListsBetween returns the lists that grew after one epoch, up to and in another, each as it is in the latter.
func (s *Store) ListsBetween(ctx context.Context, after, number uint64) ([]epoch.KeyedList, error) {
	const query = `SELECT DISTINCT ON (key) key, list FROM heads WHERE epoch > $1 AND epoch <= $2 ORDER BY key, epoch DESC`
	rows, err := s.pool.Query(ctx, query, int64(after), int64(number))
	if err != nil {
		return nil, fmt.Errorf("anchor: read lists: %w", err)
	}
	return pgx.CollectRows(rows, scanList)
}

func scanList(row pgx.CollectableRow) (epoch.KeyedList, error) {
	var key, encoded []byte
	if err := row.Scan(&key, &encoded); err != nil {
		return epoch.KeyedList{}, fmt.Errorf("anchor: read lists: %w", err)
	}
	list, err := proof.ParseList(encoded)
	if err != nil || len(key) != proof.KeyBytes {
		return epoch.KeyedList{}, fmt.Errorf("%w: a list under a key of %d bytes: %w", anchor.ErrDiverged, len(key), err)
	}
	return epoch.KeyedList{Key: proof.Key(key), List: list}, nil
}

// EpochsOf returns the number of the epoch that took each entry of a stream, in the order of the entries, which ascend.
func (s *Store) EpochsOf(ctx context.Context, stream string, entries []uint64) ([]uint64, error) {
	asked := make([]int64, len(entries))
	for i, e := range entries {
		asked[i] = int64(e) // #nosec G115 -- below 2^48
	}
	rows, err := s.q.EpochsOf(ctx, dbsqlc.EpochsOfParams{Entries: asked, Stream: stream})
	if err != nil {
		return nil, fmt.Errorf("anchor: epochs of entries of %s: %w", stream, err)
	}
	numbers := make([]uint64, len(rows))
	for i, n := range rows {
		numbers[i] = uint64(n) // #nosec G115 -- positive
	}
	return numbers, nil
}
