package epoch_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/headmap"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// history is a model as simple as it can be: all entries of all streams, by epoch.
type history []map[string][]proof.Entry

// content computes what a record after the last epoch says, from the first entry on.
func (h history) content(t *rapid.T) epoch.Content {
	t.Helper()
	streams, lists := map[string][]proof.Hash{}, map[proof.Key][]proof.Hash{}
	for _, entries := range h {
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			for _, e := range entries[name] {
				hash := sha256.Sum256(slices.Concat([]byte{0, 2}, e.Key[:], e.Commitment[:]))
				streams[name] = append(streams[name], hash)
				if e.Key != (proof.Key{}) {
					lists[e.Key] = append(lists[e.Key], hash)
				}
			}
		}
	}
	var c epoch.Content
	for _, name := range slices.Sorted(maps.Keys(streams)) {
		c.Streams = append(c.Streams, model.StreamCheckpoint{Stream: name, Size: uint64(len(streams[name])), Root: model.Hash(root(streams[name]))})
	}
	heads := headmap.New()
	for key, list := range lists {
		var err error
		heads, err = heads.Apply([]headproof.Entry{{Key: key, Head: headproof.Head{Count: uint64(len(list)), Root: root(list)}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	c.MapRoot, c.MapKeys = heads.Root(), uint64(heads.Len())
	return c
}

// root is RFC 6962's definition, word by word.
func root(hashes []proof.Hash) proof.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	k := 1
	for k*2 < len(hashes) {
		k *= 2
	}
	left, right := root(hashes[:k]), root(hashes[k:])
	return sha256.Sum256(slices.Concat([]byte{1}, left[:], right[:]))
}

// shelf is where a test keeps lists between epochs.
type shelf map[proof.Key]headproof.List

func (s shelf) load(_ context.Context, keys []proof.Key) ([]headproof.List, error) {
	lists := make([]headproof.List, len(keys))
	for i, key := range keys {
		lists[i] = s[key]
	}
	return lists, nil
}

func (s shelf) put(lists []epoch.KeyedList) {
	for _, l := range lists {
		s[l.Key] = l.List
	}
}

// extend makes an epoch of entries, in calls of at most chunk.
func extend(before epoch.State, load epoch.Loader, entries map[string][]proof.Entry, chunk int) (*epoch.Change, error) {
	b := epoch.Begin(before, load)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		for some := range slices.Chunk(entries[name], chunk) {
			if err := b.Add(context.Background(), name, some); err != nil {
				return nil, err
			}
		}
	}
	return b.Finish()
}

var streamNames = []string{"ingest/garage", "ingest/oem", "keys/oem", "registry/lifecycle"}

// someEntries draws new entries of some streams, none of them twice in a history.
func someEntries(t *rapid.T, serial *uint64) map[string][]proof.Entry {
	entries := map[string][]proof.Entry{}
	for _, name := range streamNames {
		for range rapid.IntRange(0, 5).Draw(t, name) {
			*serial++
			e := proof.Entry{Commitment: sha256.Sum256(binary.BigEndian.AppendUint64(nil, *serial))}
			if list := rapid.IntRange(0, 6).Draw(t, "list"); list > 0 {
				e.Key = sha256.Sum256([]byte{byte(list)})
			}
			entries[name] = append(entries[name], e)
		}
	}
	return entries
}

func same(a, b epoch.State) bool {
	return bytes.Equal(a.Bytes(), b.Bytes()) && a.Heads.Root() == b.Heads.Root()
}
