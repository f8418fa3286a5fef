package headmap_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// model is a map as simple as it can be. Its root is computed anew each time, one
// bit of the keys after the other, and by nothing of the code under test.
type model map[proof.Key]proof.Head

func (m model) with(batch []proof.Entry) model {
	next := maps.Clone(m)
	for _, e := range batch {
		next[e.Key] = e.Head
	}
	return next
}

func (m model) keys() []proof.Key {
	return slices.SortedFunc(maps.Keys(m), func(a, b proof.Key) int { return bytes.Compare(a[:], b[:]) })
}

func (m model) entries() []proof.Entry {
	var all []proof.Entry
	for _, k := range m.keys() {
		all = append(all, proof.Entry{Key: k, Head: m[k]})
	}
	return all
}

func (m model) root() proof.Hash {
	if len(m) == 0 {
		return sha256.Sum256([]byte{2})
	}
	return m.rootOf(m.keys(), 0)
}

func (m model) rootOf(keys []proof.Key, depth int) proof.Hash {
	if len(keys) == 1 {
		head := m[keys[0]]
		count := binary.BigEndian.AppendUint64(nil, head.Count)
		return sha256.Sum256(slices.Concat([]byte{3}, keys[0][:], count, head.Root[:]))
	}
	var side [2][]proof.Key
	for _, k := range keys {
		bit := k[depth/8] >> (7 - depth%8) & 1
		side[bit] = append(side[bit], k)
	}
	if len(side[0]) == 0 || len(side[1]) == 0 {
		return m.rootOf(keys, depth+1)
	}
	zeros, ones := m.rootOf(side[0], depth+1), m.rootOf(side[1], depth+1)
	return sha256.Sum256(slices.Concat([]byte{4, byte(depth)}, zeros[:], ones[:]))
}

// someKey draws keys of which many share many bits and some share none: every
// depth from 0 to 255 occurs.
func someKey() *rapid.Generator[proof.Key] {
	return rapid.Custom(func(t *rapid.T) proof.Key {
		var k proof.Key
		for range rapid.IntRange(0, 3).Draw(t, "bits") {
			i := rapid.OneOf(rapid.SampledFrom([]int{0, 1, 7, 8, 254, 255}), rapid.IntRange(0, 255)).Draw(t, "bit")
			k[i/8] ^= 0x80 >> (i % 8)
		}
		if rapid.Bool().Draw(t, "hashed") {
			return sha256.Sum256(k[:])
		}
		return k
	})
}

// someBatch draws entries that may follow m: heads of longer lists, of the same
// ones, and new keys.
func someBatch(t *rapid.T, m model) []proof.Entry {
	keys := rapid.SliceOfNDistinct(someKey(), 0, 40, rapid.ID[proof.Key]).Draw(t, "keys")
	if known := m.keys(); len(known) > 0 {
		again := rapid.SliceOfN(rapid.SampledFrom(known), 0, 10).Draw(t, "again")
		slices.SortFunc(again, func(a, b proof.Key) int { return bytes.Compare(a[:], b[:]) })
		for _, k := range slices.Compact(again) {
			if !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	var batch []proof.Entry
	for _, k := range keys {
		head := m[k]
		if longer := rapid.Uint64Range(0, 3).Draw(t, "longer"); longer > 0 || head.Count == 0 {
			head.Count += max(longer, 1)
			head.Root = sha256.Sum256(binary.BigEndian.AppendUint64(k[:], head.Count))
		}
		batch = append(batch, proof.Entry{Key: k, Head: head})
	}
	return rapid.Permutation(batch).Draw(t, "order")
}
