package prooftest

import (
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// tree is an RFC 6962 tree that proves inclusion at each of its sizes.
type tree struct {
	size   int64
	stored []tlog.Hash
}

func (tr *tree) append(t testing.TB, leaf proof.Hash) {
	t.Helper()
	hashes, err := tlog.StoredHashesForRecordHash(tr.size, tlog.Hash(leaf), tr)
	if err != nil {
		t.Fatal(err)
	}
	tr.stored = append(tr.stored, hashes...)
	tr.size++
}

// prove returns the path of an entry in the tree of a size.
func (tr *tree) prove(t testing.TB, seq, size uint64) [][]byte {
	t.Helper()
	path, err := tlog.ProveRecord(int64(size), int64(seq), tr) // #nosec G115 -- a handful of entries
	if err != nil {
		t.Fatal(err)
	}
	shown := make([][]byte, len(path))
	for i, h := range path {
		shown[i] = h[:]
	}
	return shown
}

func (tr *tree) root(t testing.TB, size uint64) proof.Hash {
	t.Helper()
	root, err := tlog.TreeHash(int64(size), tr) // #nosec G115 -- a handful of entries
	if err != nil {
		t.Fatal(err)
	}
	return proof.Hash(root)
}

// ReadHashes implements tlog.HashReader.
func (tr *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = tr.stored[index]
	}
	return hashes, nil
}
