package journal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// InclusionProof returns the path that shows entry seq to be part of the
// checkpoint of exactly size leaves, for [proof.VerifyInclusion].
//
// Errors: [ErrNotFound] without such a checkpoint, [ErrInvalid] when seq lies
// beyond it, [ErrCorrupt].
func InclusionProof(ctx context.Context, q Querier, stream string, seq, size uint64) ([]Hash, error) {
	paths, err := InclusionProofs(ctx, q, stream, []uint64{seq}, size)
	if err != nil {
		return nil, err
	}
	return paths[0], nil
}

// InclusionProofs is [InclusionProof] for up to [MaxPage] entries under the
// same checkpoint; tiles they share are read once. Paths come in the order of
// seqs.
func InclusionProofs(ctx context.Context, q Querier, stream string, seqs []uint64, size uint64) ([][]Hash, error) {
	if len(seqs) > MaxPage {
		return nil, fmt.Errorf("%w: %d proofs at once", ErrInvalid, len(seqs))
	}
	for _, seq := range seqs {
		if seq >= size {
			return nil, fmt.Errorf("%w: entry %d of a checkpoint of %d", ErrInvalid, seq, size)
		}
	}
	tree, err := authenticated(ctx, q, stream, size)
	if err != nil {
		return nil, err
	}
	hashes, err := readOnce(tree, seqs, size)
	if err != nil {
		return nil, err
	}
	paths := make([][]Hash, len(seqs))
	for i, seq := range seqs {
		path, err := tlog.ProveRecord(int64(size), int64(seq), hashes)
		if err != nil {
			return nil, proofError(err)
		}
		paths[i] = fromTlog(path)
	}
	return paths, nil
}

// readOnce reads the hashes that the paths of some entries need, all at once: tlog authenticates the tiles of every read,
// however often they were read before.
func readOnce(tree tlog.HashReader, seqs []uint64, size uint64) (tlog.HashReader, error) {
	known := map[int64]tlog.Hash{}
	note := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		for _, i := range indexes {
			known[i] = tlog.Hash{}
		}
		return make([]tlog.Hash, len(indexes)), nil
	})
	for _, seq := range seqs {
		if _, err := tlog.ProveRecord(int64(size), int64(seq), note); err != nil {
			return nil, proofError(err)
		}
	}
	indexes := slices.Sorted(maps.Keys(known))
	hashes, err := tree.ReadHashes(indexes)
	if err != nil {
		return nil, proofError(err)
	}
	for i, index := range indexes {
		known[index] = hashes[i]
	}
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		read := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			read[i] = known[index]
		}
		return read, nil
	}), nil
}

// ConsistencyProof returns the path that shows the checkpoint of newSize leaves
// to continue the one of oldSize, for [proof.VerifyConsistency]. oldSize is at
// least 1. Errors as of [InclusionProof].
func ConsistencyProof(ctx context.Context, q Querier, stream string, oldSize, newSize uint64) ([]Hash, error) {
	if oldSize == 0 || oldSize > newSize {
		return nil, fmt.Errorf("%w: consistency of %d and %d", ErrInvalid, oldSize, newSize)
	}
	hashes, err := authenticated(ctx, q, stream, newSize)
	if err != nil {
		return nil, err
	}
	path, err := tlog.ProveTree(int64(newSize), int64(oldSize), hashes)
	if err != nil {
		return nil, proofError(err)
	}
	return fromTlog(path), nil
}

// authenticated reads the hashes of the tree under a checkpoint. tlog checks
// every tile against the root before a hash of it is used.
func authenticated(ctx context.Context, q Querier, stream string, size uint64) (tlog.HashReader, error) {
	cp, err := CheckpointAt(ctx, q, stream, size)
	if err != nil {
		return nil, err
	}
	root := tlog.Tree{N: int64(cp.Size), Hash: tlog.Hash(cp.Root)}
	return tlog.TileHashReader(root, &tileReader{ctx: ctx, q: q, stream: stream, known: map[tlog.Tile][]byte{}}), nil
}

// proofError keeps database errors as they are and calls everything that tlog
// itself objects to a corrupt tree: the arguments were checked before.
func proofError(err error) error {
	if errors.Is(err, errReadTiles) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

func fromTlog(path []tlog.Hash) []Hash {
	hashes := make([]Hash, len(path))
	for i, h := range path {
		hashes[i] = Hash(h)
	}
	return hashes
}

func toBigint(n uint64) (int64, error) {
	if n > proof.MaxSize {
		return 0, fmt.Errorf("%w: number %d", ErrInvalid, n)
	}
	return int64(n), nil
}
