package proof_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// verifies checks a proof as of inclusion if there is a head, otherwise as of
// non-inclusion.
func verifies(encoded []byte, key proof.Key, head *proof.Head, root proof.Hash) error {
	if head != nil {
		return proof.VerifyInclusion(encoded, key, *head, root)
	}
	return proof.VerifyNonInclusion(encoded, key, root)
}

func get(m *headmap.Map, key proof.Key) *proof.Head {
	if head, ok := m.Get(key); ok {
		return &head
	}
	return nil
}

func refused(err error) bool {
	return errors.Is(err, proof.ErrRefused) || errors.Is(err, proof.ErrMalformed)
}

// changes are all that can easily be done to a proof: every bit flipped, every
// byte left out, every prefix, bytes behind, siblings swapped, repeated and left out.
func changes(encoded []byte) (changed [][]byte) {
	const hash = len(proof.Hash{})
	for i := range encoded {
		for bit := range 8 {
			c := bytes.Clone(encoded)
			c[i] ^= 1 << bit
			changed = append(changed, c)
		}
		changed = append(changed, slices.Delete(bytes.Clone(encoded), i, i+1), encoded[:i])
	}
	for _, behind := range []int{1, hash, 33, 8 * hash, proof.MaxBytes} {
		changed = append(changed, append(bytes.Clone(encoded), make([]byte, behind)...))
	}
	for a := len(encoded) - hash; a > 0; a -= hash {
		for b := a - hash; b > 0; b -= hash {
			swapped := bytes.Clone(encoded)
			copy(swapped[a:], encoded[b:b+hash])
			copy(swapped[b:], encoded[a:a+hash])
			changed = append(changed, swapped)
		}
		sibling := encoded[a : a+hash]
		changed = append(changed, slices.Insert(bytes.Clone(encoded), a, sibling...), slices.Delete(bytes.Clone(encoded), a, a+hash))
	}
	return slices.DeleteFunc(changed, func(c []byte) bool { return bytes.Equal(c, encoded) })
}

func TestEveryChangeOfAProofIsRefused(t *testing.T) {
	for name, entries := range map[string][]proof.Entry{
		"empty": nil, "one key": numberedUpTo(1), "two keys": numberedUpTo(2), "hashed keys": numberedUpTo(40), "keys alike": alike(),
	} {
		m := mapOf(t, entries)
		keys := []proof.Key{numbered(99).Key, {}, {31: 4}, {0: 0xff, 31: 0xff}}
		for _, e := range entries {
			keys = append(keys, e.Key)
		}
		for _, key := range keys {
			head, encoded := get(m, key), m.Prove(key)
			if err := verifies(encoded, key, head, m.Root()); err != nil {
				t.Fatalf("%s: %x: %v", name, key, err)
			}
			for _, changed := range changes(encoded) {
				if err := verifies(changed, key, head, m.Root()); !refused(err) {
					t.Errorf("%s: %x: %x was accepted instead of %x: %v", name, key, changed, encoded, err)
				}
			}
		}
	}
}

// TestWhatIsAcceptedIsTrue puts every proof of two versions of a map to every
// other statement: about another key, with another head, on the other root.
func TestWhatIsAcceptedIsTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := append(numberedUpTo(12), alike()...)
		older, err := headmap.New().Apply(rapid.Permutation(all).Draw(t, "order")[:rapid.IntRange(0, len(all)).Draw(t, "older")])
		if err != nil {
			t.Fatal(err)
		}
		var longer []proof.Entry
		for e := range older.All() {
			e.Head.Count++
			longer = append(longer, e)
		}
		grown := all[rapid.IntRange(0, len(all)-1).Draw(t, "new")]
		if get(older, grown.Key) == nil {
			longer = append(longer, grown)
		}
		newer, err := older.Apply(longer)
		if err != nil {
			t.Fatal(err)
		}
		for _, proofOf := range all {
			for _, encoded := range [][]byte{older.Prove(proofOf.Key), newer.Prove(proofOf.Key)} {
				for _, asked := range all {
					for _, m := range []*headmap.Map{older, newer} {
						checkTrue(t, encoded, asked, m)
					}
				}
			}
		}
	})
}

func checkTrue(t *rapid.T, encoded []byte, asked proof.Entry, m *headmap.Map) {
	longer := asked.Head
	longer.Count++
	replaced := asked.Head
	replaced.Root[0]++
	for _, head := range []*proof.Head{nil, &asked.Head, &longer, &replaced} {
		accepted := verifies(encoded, asked.Key, head, m.Root()) == nil
		truth := get(m, asked.Key)
		same := head == truth || head != nil && truth != nil && *head == *truth
		if want := same && bytes.Equal(encoded, m.Prove(asked.Key)); accepted != want {
			t.Fatalf("%x says of %x the head %v: accepted %t, want %t", encoded, asked.Key, head, accepted, want)
		}
	}
}

// TestADishonestMapSaysOneThingOfAKey makes roots that no map has: whoever signs
// one cannot prove two statements with it.
func TestADishonestMapSaysOneThingOfAKey(t *testing.T) {
	key := proof.Key{}
	first := proof.Entry{Key: key, Head: proof.Head{Count: 1}}
	second := proof.Entry{Key: key, Head: proof.Head{Count: 2}}
	firstHash, secondHash := proof.LeafHash(&first), proof.LeafHash(&second)
	beside := func(sibling proof.Hash) *proof.Path {
		var path proof.Path
		path.Descend(5, sibling)
		return &path
	}

	twice := proof.NodeHash(5, &firstHash, &secondHash) // the key on both sides
	if err := proof.VerifyInclusion(proof.EncodeInclusion(beside(secondHash)), key, first.Head, twice); err != nil {
		t.Errorf("the entry in its place: %v", err)
	}
	if err := proof.VerifyInclusion(proof.EncodeInclusion(beside(firstHash)), key, second.Head, twice); !refused(err) {
		t.Errorf("the entry on the other side: %v", err)
	}
	if err := proof.VerifyNonInclusion(proof.EncodeNonInclusion(&first, beside(secondHash)), key, twice); !refused(err) {
		t.Errorf("absence beside itself: %v", err)
	}

	other := proof.Entry{Key: proof.Key{0: 0x04}, Head: proof.Head{Count: 3}} // bit 5 is 1
	otherHash := proof.LeafHash(&other)
	misplaced := proof.NodeHash(5, &otherHash, &firstHash)
	if err := proof.VerifyNonInclusion(proof.EncodeNonInclusion(&other, beside(firstHash)), key, misplaced); !refused(err) {
		t.Errorf("absence beside a key that is on the wrong side: %v", err)
	}
	if err := proof.VerifyInclusion(proof.EncodeInclusion(beside(otherHash)), key, first.Head, misplaced); !refused(err) {
		t.Errorf("the entry on the wrong side: %v", err)
	}
}

func TestADishonestMapHasNoEmptyLists(t *testing.T) {
	empty := proof.Entry{Key: proof.Key{1}}
	root := proof.LeafHash(&empty)
	var path proof.Path
	if err := proof.VerifyInclusion(proof.EncodeInclusion(&path), empty.Key, empty.Head, root); !refused(err) {
		t.Errorf("inclusion of an empty list: %v", err)
	}
	if err := proof.VerifyNonInclusion(proof.EncodeNonInclusion(&empty, &path), proof.Key{2}, root); !refused(err) {
		t.Errorf("absence beside an empty list: %v", err)
	}
}

// TestTheLongestProof makes a map with a node for every bit of a key.
func TestTheLongestProof(t *testing.T) {
	entries := []proof.Entry{{Head: proof.Head{Count: 1}}}
	for i := range proof.KeyBits {
		var key proof.Key
		key[i/8] = 0x80 >> (i % 8)
		entries = append(entries, proof.Entry{Key: key, Head: proof.Head{Count: 1}})
	}
	m := mapOf(t, entries)
	head, encoded := entries[0].Head, m.Prove(proof.Key{})
	if err := proof.VerifyInclusion(encoded, proof.Key{}, head, m.Root()); err != nil || len(encoded) > proof.MaxBytes {
		t.Errorf("inclusion in %d bytes: %v", len(encoded), err)
	}
	last := proof.Key{31: 1}
	m = mapOf(t, entries[:len(entries)-1])
	encoded = m.Prove(last)
	if err := proof.VerifyNonInclusion(encoded, last, m.Root()); err != nil || len(encoded) != proof.MaxBytes {
		t.Errorf("non-inclusion in %d bytes, want %d: %v", len(encoded), proof.MaxBytes, err)
	}
}

// FuzzProof checks that a map has no other proofs than those that it makes.
func FuzzProof(f *testing.F) {
	entries := append(numberedUpTo(20), alike()...)
	m, err := headmap.New().Apply(entries)
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range append(entries, numbered(77), numbered(78)) {
		f.Add(m.Prove(e.Key), e.Key[:], e.Head.Bytes())
	}
	f.Fuzz(func(t *testing.T, encoded, keyBytes, headBytes []byte) {
		var key proof.Key
		copy(key[:], keyBytes)
		truth := get(m, key)
		if head, err := proof.ParseHead(headBytes); err == nil && proof.VerifyInclusion(encoded, key, head, m.Root()) == nil {
			if truth == nil || *truth != head || !bytes.Equal(encoded, m.Prove(key)) {
				t.Errorf("%x proves %x", encoded, key)
			}
		}
		if proof.VerifyNonInclusion(encoded, key, m.Root()) == nil && (truth != nil || !bytes.Equal(encoded, m.Prove(key))) {
			t.Errorf("%x proves the absence of %x", encoded, key)
		}
	})
}
