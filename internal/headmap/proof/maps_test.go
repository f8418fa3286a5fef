package proof_test

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// numbered is entry i of the maps of these tests.
func numbered(i uint64) proof.Entry {
	key := proof.Key(sha256.Sum256(binary.BigEndian.AppendUint64(nil, i)))
	return proof.Entry{Key: key, Head: proof.Head{Count: i + 1, Root: sha256.Sum256(key[:])}}
}

func numberedUpTo(n uint64) []proof.Entry {
	entries := make([]proof.Entry, 0, n)
	for i := range n {
		entries = append(entries, numbered(i))
	}
	return entries
}

// alike are keys that differ late: paths with nodes at 0, 7, 8, 254 and 255.
func alike() []proof.Entry {
	var entries []proof.Entry
	for i, tail := range [][3]byte{{0, 0, 0}, {0, 0, 1}, {0, 0, 2}, {0, 0x80, 0}, {1, 0, 0}, {0x80, 0, 0}} {
		key := proof.Key{0: tail[0], 1: tail[1], 31: tail[2]}
		entries = append(entries, proof.Entry{Key: key, Head: proof.Head{Count: uint64(i) + 1, Root: sha256.Sum256(key[:])}})
	}
	return entries
}

func mapOf(t *testing.T, entries []proof.Entry) *headmap.Map {
	t.Helper()
	m, err := headmap.New().Apply(entries)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// manyNodes returns a key that the map has and one that it has not, both with
// proofs that pass at least so many nodes.
func manyNodes(t *testing.T, m *headmap.Map, nodes int) (present, absent proof.Key) {
	t.Helper()
	deep := func(key proof.Key) bool {
		_, found := m.Get(key)
		length := len(m.Prove(key))
		if !found {
			length -= proof.KeyBytes + proof.HeadBytes
		}
		return length > nodes*len(proof.Hash{})+proof.KeyBytes
	}
	for e := range m.All() {
		if deep(e.Key) {
			present = e.Key
		}
	}
	for i := range uint64(1000) {
		if key := numbered(1<<32 + i).Key; deep(key) {
			absent = key
		}
	}
	if present == (proof.Key{}) || absent == (proof.Key{}) {
		t.Fatal("no key has so many nodes")
	}
	return present, absent
}
