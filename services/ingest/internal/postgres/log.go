package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/services/ingest"
)

// Latest implements ingest.LogReader.
func (s *Store) Latest(ctx context.Context, stream string) (ingest.Checkpoint, error) {
	cp, err := journal.Latest(ctx, s.owner, stream)
	if errors.Is(err, journal.ErrNotFound) {
		return ingest.Checkpoint{}, ingest.ErrLogNotFound
	}
	return ingest.Checkpoint(cp), failed("read a checkpoint", err)
}

// CheckExtends implements ingest.LogReader.
func (s *Store) CheckExtends(ctx context.Context, older, stored ingest.Checkpoint) error {
	if stored.Size < older.Size {
		return fmt.Errorf("postgres: stream %q has %d entries and had %d", stored.Stream, stored.Size, older.Size)
	}
	path, err := journal.ConsistencyProof(ctx, s.owner, stored.Stream, older.Size, stored.Size)
	switch {
	case errors.Is(err, journal.ErrCorrupt): // nothing that passes
		return fmt.Errorf("postgres: stream %q: %w", stored.Stream, err)
	case err != nil:
		return failed("prove a checkpoint's consistency", err)
	}
	if err := proof.VerifyConsistency(path, older.Size, stored.Size, older.Root, stored.Root); err != nil {
		return fmt.Errorf("postgres: stream %q does not extend itself at %d: %w", stored.Stream, older.Size, err)
	}
	return nil
}

// Tile implements ingest.LogReader.
func (s *Store) Tile(ctx context.Context, stream string, level int, index int64, width int) ([]byte, error) {
	hashes, err := journal.ReadTile(ctx, s.owner, stream, level, index, width)
	if errors.Is(err, journal.ErrNotFound) {
		return nil, ingest.ErrTileNotFound
	}
	return hashes, failed("read a tile", err)
}

// Entries implements ingest.LogReader.
func (s *Store) Entries(ctx context.Context, stream string, index int64, width int) ([][]byte, error) {
	stored, err := journal.ReadEntries(ctx, s.owner, stream, index, width)
	if errors.Is(err, journal.ErrNotFound) {
		return nil, ingest.ErrTileNotFound
	}
	entries := make([][]byte, len(stored))
	for i, e := range stored {
		entries[i] = e.Bytes()
	}
	return entries, failed("read entries", err)
}
