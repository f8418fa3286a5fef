package journal

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// ReadEntries returns the first width entries of a tile of level 0: what its hashes are computed from. Frames are not read,
// only their commitments.
//
// Errors: [ErrInvalid] for a place that no stream can have, [ErrNotFound] when the stream has fewer entries there, [ErrCorrupt].
func ReadEntries(ctx context.Context, q Querier, stream string, index int64, width int) ([]proof.Entry, error) {
	if index < 0 || index >= maxTiles || width < 1 || width > TileWidth {
		return nil, fmt.Errorf("%w: entries of tile %d, width %d", ErrInvalid, index, width)
	}
	entries, err := ReadEntriesFrom(ctx, q, stream, uint64(index*TileWidth), width)
	if err != nil {
		return nil, err
	}
	if len(entries) < width {
		return nil, fmt.Errorf("%w: %d of %d entries of tile %d of stream %q", ErrNotFound, width-len(entries), width, index, stream)
	}
	return entries, nil
}

// MaxEntries bounds the entries of one [ReadEntriesFrom].
const MaxEntries = 4096

// ReadEntriesFrom returns up to limit entries of the stream from number first on, in order, without frames as [ReadEntries].
// Fewer than limit mean that the stream ends there, or that there is none. limit is 1 to [MaxEntries].
//
// Errors: [ErrInvalid], [ErrCorrupt].
func ReadEntriesFrom(ctx context.Context, q Querier, stream string, first uint64, limit int) ([]proof.Entry, error) {
	const query = `
		SELECT key, sha256(leaf) FROM journal_entry
		WHERE stream = $1 AND seq >= $2 AND seq < $2 + $3 ORDER BY seq`
	if err := checkStream(stream); err != nil {
		return nil, err
	}
	if limit < 1 || limit > MaxEntries {
		return nil, fmt.Errorf("%w: %d entries at once", ErrInvalid, limit)
	}
	signed, err := toBigint(first)
	if err != nil {
		return nil, err
	}
	return collect(ctx, q, scanHashed, query, stream, signed, limit)
}

func scanHashed(row pgx.CollectableRow) (proof.Entry, error) {
	var key, commitment []byte
	if err := row.Scan(&key, &commitment); err != nil {
		return proof.Entry{}, err
	}
	if len(key) != len(proof.Key{}) || len(commitment) != len(Hash{}) {
		return proof.Entry{}, fmt.Errorf("%w: the key of an entry has %d bytes", ErrCorrupt, len(key))
	}
	return proof.Entry{Key: proof.Key(key), Commitment: Hash(commitment)}, nil
}
