package verify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	headmap "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/postgres"
)

var errRefused = errors.New("bench: what was shown does not verify")

// stream is a writer's stream with what its caller trusts of it.
type stream struct {
	name    string
	trusted headmap.List // every leaf hash so far, condensed
	root    proof.Hash
	rows    []journal.Leaf // written, in order
}

// write appends rows in one transaction and verifies the new root: the trusted hashes and those of the rows make exactly it.
func (s *stream) write(ctx context.Context, pool *pgxpool.Pool, rows []journal.Leaf) error {
	var checkpoint journal.Checkpoint
	err := postgres.InTx(ctx, pool, func(tx pgx.Tx) (err error) {
		_, checkpoint, err = journal.Append(ctx, tx, s.name, rows)
		return err
	})
	if err != nil {
		return err
	}
	hashes := make([]headmap.Hash, len(rows))
	for i, row := range rows {
		hashes[i] = row.Hash()
	}
	grown, err := s.trusted.Append(hashes...)
	if err != nil {
		return err
	}
	head := grown.Head()
	if head.Count != checkpoint.Size || head.Root != checkpoint.Root {
		return errRefused
	}
	s.trusted, s.root, s.rows = grown, checkpoint.Root, append(s.rows, rows...)
	return nil
}

// read reads rows and verifies each against the trusted root.
func (s *stream) read(ctx context.Context, pool *pgxpool.Pool, seqs []uint64) error {
	size := uint64(len(s.rows))
	entries, err := journal.EntriesAt(ctx, pool, s.name, seqs)
	if err != nil {
		return err
	}
	paths, err := journal.InclusionProofs(ctx, pool, s.name, seqs, size)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		if err := proof.VerifyInclusion(paths[i], seqs[i], size, entry.Hash(), s.root); err != nil {
			return fmt.Errorf("%w: %w", errRefused, err)
		}
	}
	return nil
}

// writeAll has each of the streams append its share of the rows, batch by batch.
func writeAll(ctx context.Context, pool *pgxpool.Pool, streams []*stream, rows []journal.Leaf, batch int) error {
	share := (len(rows) + len(streams) - 1) / len(streams)
	return each(len(streams), func(i int) error {
		mine := rows[min(i*share, len(rows)):min((i+1)*share, len(rows))]
		for at := 0; at < len(mine); at += batch {
			if err := streams[i].write(ctx, pool, mine[at:min(at+batch, len(mine))]); err != nil {
				return err
			}
		}
		return nil
	})
}

// readAll has each of the streams read its share of n rows by chance, several neighbours at once.
func readAll(ctx context.Context, pool *pgxpool.Pool, streams []*stream, n, together int) error {
	return each(len(streams), func(i int) error {
		s, random := streams[i], rand.New(rand.NewPCG(1, uint64(i))) // #nosec G115 G404 -- the same rows in every run
		seqs := make([]uint64, together)
		for range n / len(streams) / together {
			first := random.Uint64N(uint64(len(s.rows) - together + 1)) // #nosec G115 -- positive
			for k := range seqs {
				seqs[k] = first + uint64(k) // #nosec G115 -- positive
			}
			if err := s.read(ctx, pool, seqs); err != nil {
				return err
			}
		}
		return nil
	})
}

// each runs f for 0 to n-1 at the same time.
func each(n int, f func(int) error) error {
	errs := make([]error, n)
	var working sync.WaitGroup
	for i := range n {
		working.Go(func() { errs[i] = f(i) })
	}
	working.Wait()
	return errors.Join(errs...)
}
