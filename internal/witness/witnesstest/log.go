// Package witnesstest has a log for tests of witnesses and of those who ask them: a tree in memory that can be signed at
// any size and, as a log must never do, forked.
package witnesstest

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// Log is a log with its key. It is not for use by several goroutines while it grows.
type Log struct {
	t      testing.TB
	origin string
	signer *checkpoint.LogSigner
	size   uint64
	hashes []tlog.Hash // as in tlog.StoredHashIndex
}

// NewLog returns an empty log with a new key.
func NewLog(t testing.TB, origin string) *Log {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log.key")
	if _, err := checkpoint.CreateLogKey(path, origin); err != nil {
		t.Fatal(err)
	}
	signer, err := checkpoint.ReadLogKey(path)
	if err != nil {
		t.Fatal(err)
	}
	return &Log{t: t, origin: origin, signer: signer}
}

// NewCosigner returns the new key of a witness.
func NewCosigner(t testing.TB, name string) *checkpoint.Cosigner {
	t.Helper()
	path := filepath.Join(t.TempDir(), "witness.key")
	if _, err := checkpoint.CreateWitnessKey(path, name); err != nil {
		t.Fatal(err)
	}
	cosigner, err := checkpoint.ReadWitnessKey(path)
	if err != nil {
		t.Fatal(err)
	}
	return cosigner
}

// Known returns what others know of the log.
func (l *Log) Known() checkpoint.Log {
	l.t.Helper()
	known, err := checkpoint.NewLog(l.origin, l.signer.VerifierKey())
	if err != nil {
		l.t.Fatal(err)
	}
	return known
}

// VerifierKey returns the log's public key.
func (l *Log) VerifierKey() string { return l.signer.VerifierKey() }

// Size returns the number of leaves.
func (l *Log) Size() uint64 { return l.size }

// Grow appends leaves that differ by their number and the label, and returns the log.
func (l *Log) Grow(to uint64, label string) *Log {
	l.t.Helper()
	for l.size < to {
		l.Append([]byte(label + strconv.FormatUint(l.size, 10)))
	}
	return l
}

// Append appends the leaf with some data.
func (l *Log) Append(data []byte) {
	l.t.Helper()
	hashes, err := tlog.StoredHashes(int64(l.size), data, l)
	if err != nil {
		l.t.Fatal(err)
	}
	l.hashes = append(l.hashes, hashes...)
	l.size++
}

// Fork returns a second log with the same key and the first size leaves.
func (l *Log) Fork(size uint64) *Log {
	return &Log{
		t: l.t, origin: l.origin, signer: l.signer, size: size,
		hashes: slices.Clone(l.hashes[:tlog.StoredHashCount(int64(size))]),
	}
}

// Root returns the root of the first size leaves.
func (l *Log) Root(size uint64) proof.Hash {
	l.t.Helper()
	root, err := tlog.TreeHash(int64(size), l)
	if err != nil {
		l.t.Fatal(err)
	}
	return proof.Hash(root)
}

// Checkpoint returns the signed note of the first size leaves.
func (l *Log) Checkpoint(size uint64, extension ...string) []byte {
	l.t.Helper()
	signed, err := l.signer.Sign(checkpoint.Checkpoint{Origin: l.origin, Size: size, Root: l.Root(size), Extension: extension})
	if err != nil {
		l.t.Fatal(err)
	}
	return signed
}

// Proof returns the consistency proof between two sizes, nothing if from is zero.
func (l *Log) Proof(from, to uint64) []proof.Hash {
	l.t.Helper()
	if from == 0 {
		return nil
	}
	path, err := tlog.ProveTree(int64(to), int64(from), l)
	if err != nil {
		l.t.Fatal(err)
	}
	out := make([]proof.Hash, len(path))
	for i, h := range path {
		out[i] = proof.Hash(h)
	}
	return out
}

// ReadHashes makes the log a [tlog.HashReader].
func (l *Log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = l.hashes[index]
	}
	return out, nil
}

// Prove is [Log.Proof] as a quorum asks for it.
func (l *Log) Prove(_ context.Context, from, to uint64) ([]proof.Hash, error) {
	return l.Proof(from, to), nil
}

// Prefix shows how the first size leaves lie in a larger tree, if that is the log's; see witness.Options.
func (l *Log) Prefix(_ context.Context, larger checkpoint.Checkpoint, size uint64) (proof.Hash, []proof.Hash, error) {
	if larger.Size > l.size || larger.Root != l.Root(larger.Size) {
		return proof.Hash{}, nil, errors.New("witnesstest: the log shows another tree")
	}
	return l.Root(size), l.Proof(size, larger.Size), nil
}
