package journal_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// model is a stream kept the simple way: all leaf hashes in a slice, the root
// by the definition of RFC 6962, section 2.1.
type model struct {
	leaves []journal.Leaf
	sizes  []uint64
}

func (m *model) root(size uint64) journal.Hash {
	hashes := make([]tlog.Hash, size)
	for i := range hashes {
		hashes[i] = tlog.Hash(m.leaves[i].Hash())
	}
	return journal.Hash(rfc6962Root(hashes))
}

func rfc6962Root(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	k := 1
	for 2*k < len(hashes) {
		k *= 2
	}
	return tlog.NodeHash(rfc6962Root(hashes[:k]), rfc6962Root(hashes[k:]))
}

func TestRandomBatchesOverSeveralStreamsMatchTheModel(t *testing.T) {
	db := newDB(t)
	var run int
	rapid.Check(t, func(rt *rapid.T) {
		run++
		streams := map[string]*model{}
		for step := range rapid.IntRange(1, 6).Draw(rt, "steps") {
			name := fmt.Sprintf("run %d/%s", run, rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "stream"))
			leaves := leavesOf(fmt.Sprint(name, step), rapid.OneOf(rapid.IntRange(1, 5), rapid.IntRange(250, 520)).Draw(rt, "batch"))
			if streams[name] == nil {
				streams[name] = &model{}
			}
			m := streams[name]
			first, cp, err := appendLeaves(t.Context(), db, name, leaves)
			if err != nil {
				rt.Fatal(err)
			}
			if first != uint64(len(m.leaves)) {
				rt.Fatalf("first = %d, want %d", first, len(m.leaves))
			}
			m.leaves = append(m.leaves, leaves...)
			m.sizes = append(m.sizes, uint64(len(m.leaves)))
			if cp.Size != uint64(len(m.leaves)) || cp.Root != m.root(cp.Size) {
				rt.Fatalf("checkpoint %d %x differs from the model", cp.Size, cp.Root)
			}
		}
		for name, m := range streams {
			checkInclusion(t.Context(), rt, db, name, m)
			checkConsistency(t.Context(), rt, db, name, m)
		}
	})
}

func checkInclusion(ctx context.Context, rt *rapid.T, q journal.Querier, stream string, m *model) {
	size := rapid.SampledFrom(m.sizes).Draw(rt, "size")
	root := m.root(size)
	seqs := rapid.SliceOfN(rapid.Uint64Range(0, size-1), 1, 8).Draw(rt, "seqs")
	paths, err := journal.InclusionProofs(ctx, q, stream, seqs, size)
	if err != nil {
		rt.Fatal(err)
	}
	for i, seq := range seqs {
		leaf := m.leaves[seq].Hash()
		if err := proof.VerifyInclusion(paths[i], seq, size, leaf, root); err != nil {
			rt.Fatal(err)
		}
		flipped := flip(rt, append([]journal.Hash{leaf, root}, paths[i]...))
		err := proof.VerifyInclusion(flipped[2:], seq, size, flipped[0], flipped[1])
		if !errors.Is(err, proof.ErrRefused) {
			rt.Fatalf("a flipped bit was accepted: %v", err)
		}
	}
}

func checkConsistency(ctx context.Context, rt *rapid.T, q journal.Querier, stream string, m *model) {
	newSize := rapid.SampledFrom(m.sizes).Draw(rt, "new size")
	oldSize := rapid.Uint64Range(1, newSize).Draw(rt, "old size")
	path, err := journal.ConsistencyProof(ctx, q, stream, oldSize, newSize)
	if err != nil {
		rt.Fatal(err)
	}
	oldRoot, newRoot := m.root(oldSize), m.root(newSize)
	if err := proof.VerifyConsistency(path, oldSize, newSize, oldRoot, newRoot); err != nil {
		rt.Fatal(err)
	}
	flipped := flip(rt, append([]journal.Hash{oldRoot, newRoot}, path...))
	err = proof.VerifyConsistency(flipped[2:], oldSize, newSize, flipped[0], flipped[1])
	if !errors.Is(err, proof.ErrRefused) {
		rt.Fatalf("a flipped bit was accepted: %v", err)
	}
}

// flip inverts one random bit of one hash of a copy.
func flip(rt *rapid.T, hashes []journal.Hash) []journal.Hash {
	bit := rapid.IntRange(0, len(hashes)*256-1).Draw(rt, "bit")
	hashes[bit/256][bit%256/8] ^= 1 << (bit % 8)
	return hashes
}

func TestThreeLevelsOfTiles(t *testing.T) {
	db := newDB(t)
	ctx := t.Context()
	const size = 1<<16 + 300
	m := &model{leaves: leavesOf("deep", size)}
	var cp journal.Checkpoint
	for from := 0; from < size; from += journal.MaxBatch {
		var err error
		if _, cp, err = appendLeaves(ctx, db, "s", m.leaves[from:min(size, from+journal.MaxBatch)]); err != nil {
			t.Fatal(err)
		}
	}
	if cp.Root != m.root(size) {
		t.Fatal("root differs from the model")
	}
	seqs := []uint64{0, 255, 256, 1<<16 - 1, 1 << 16, size - 1}
	paths, err := journal.InclusionProofs(ctx, db, "s", seqs, size)
	if err != nil {
		t.Fatal(err)
	}
	for i, seq := range seqs {
		if err := proof.VerifyInclusion(paths[i], seq, size, m.leaves[seq].Hash(), cp.Root); err != nil {
			t.Error(err)
		}
	}
}

func TestConcurrentAppendersLeaveNoGap(t *testing.T) {
	db := newDB(t)
	const appenders, batches, batchSize = 8, 6, 7
	var mu sync.Mutex
	seen := map[uint64]bool{}
	group, ctx := errgroup.WithContext(t.Context())
	for a := range appenders {
		group.Go(func() error {
			for b := range batches {
				first, _, err := appendLeaves(ctx, db, "shared", leavesOf(fmt.Sprint(a, b), batchSize))
				if err != nil {
					return err
				}
				mu.Lock()
				seen[first] = true
				mu.Unlock()
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	const total = appenders * batches * batchSize
	for first := uint64(0); first < total; first += batchSize {
		if !seen[first] {
			t.Errorf("no batch starts at %d", first)
		}
	}
	m := &model{}
	entries, err := journal.Entries(t.Context(), db, "shared", 0, journal.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		if e.Seq != uint64(i) || e.LeafHash != proof.EntryOf(e.Key, e.Frame).Hash() {
			t.Fatalf("entry %d has number %d", i, e.Seq)
		}
		m.leaves = append(m.leaves, e.Leaf)
	}
	cp, err := journal.Latest(t.Context(), db, "shared")
	if err != nil || cp.Size != total || cp.Root != m.root(total) {
		t.Fatalf("Latest = %+v, %v", cp, err)
	}
}

func TestRollbackLeavesNothing(t *testing.T) {
	db := newDB(t)
	ctx := t.Context()
	if _, _, err := appendLeaves(ctx, db, "s", leavesOf("kept", 300)); err != nil {
		t.Fatal(err)
	}
	crash := errors.New("crash")
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if _, _, err := journal.Append(ctx, tx, "s", leavesOf("lost", 300)); err != nil {
			return err
		}
		if _, _, err := journal.Append(ctx, tx, "new", leavesOf("lost", 1)); err != nil {
			return err
		}
		return crash
	})
	if !errors.Is(err, crash) {
		t.Fatal(err)
	}
	if _, err := journal.Latest(ctx, db, "new"); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("rolled-back stream exists: %v", err)
	}
	first, cp, err := appendLeaves(ctx, db, "s", leavesOf("after", 1))
	if err != nil || first != 300 || cp.Size != 301 {
		t.Fatalf("append after rollback = %d, %+v, %v", first, cp, err)
	}
	m := model{leaves: append(leavesOf("kept", 300), leavesOf("after", 1)...)}
	if cp.Root != m.root(301) {
		t.Error("root after rollback differs from the model")
	}
}

func TestSeveralBatchesInOneTransaction(t *testing.T) {
	db := newDB(t)
	ctx := t.Context()
	m := model{leaves: append(leavesOf("one", 200), leavesOf("two", 200)...)}
	var cp journal.Checkpoint
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) (err error) {
		if _, _, err = journal.Append(ctx, tx, "s", m.leaves[:200]); err != nil {
			return err
		}
		_, cp, err = journal.Append(ctx, tx, "s", m.leaves[200:])
		return err
	})
	if err != nil || cp.Size != 400 || cp.Root != m.root(400) {
		t.Fatalf("checkpoint %+v, %v", cp, err)
	}
}

func TestAppendAboveReadCommittedConflictsInsteadOfForking(t *testing.T) {
	db := newDB(t)
	ctx := t.Context()
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead}
	err := pgx.BeginTxFunc(ctx, db, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT count(*) FROM journal_entry"); err != nil { // takes the snapshot
			return err
		}
		if _, _, err := appendLeaves(ctx, db, "s", leavesOf("first", 1)); err != nil {
			return err
		}
		_, _, err := journal.Append(ctx, tx, "s", leavesOf("second", 1))
		return err
	})
	if !errors.Is(err, journal.ErrConflict) {
		t.Fatalf("error = %v, want ErrConflict", err)
	}
}
