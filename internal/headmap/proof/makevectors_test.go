package proof_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

const vectorKeys = 1000

func makeVectors(t *testing.T) vectors {
	v := vectors{About: []string{
		"Vectors of the map of completeness; the bytes are specified in the documentation of internal/headmap/proof.",
		"All values are lower-case hexadecimal. An outcome is accepted, refused (does not prove it) or malformed (not the one encoding).",
		"Entry i of a numbered map, from 0: key SHA-256(i in 8 bytes, big endian), count i + 1, root SHA-256(key).",
	}}
	for _, m := range []struct {
		name     string
		entries  []proof.Entry
		numbered uint64
	}{
		{name: "empty"},
		{name: "one key", entries: numberedUpTo(1)},
		{name: "two keys", entries: numberedUpTo(2)},
		{name: "keys alike", entries: alike()},
		{name: "a thousand keys", numbered: vectorKeys},
	} {
		built := mapOf(t, slices.Concat(m.entries, numberedUpTo(m.numbered)))
		root := built.Root()
		v.Maps = append(v.Maps, mapVector{Name: m.name, Entries: entryVectors(m.entries), Numbered: m.numbered, Root: root[:]})
		asked := append(slices.Clone(m.entries), numbered(0), numbered(vectorKeys/2), numbered(vectorKeys+1), proof.Entry{Key: proof.Key{31: 4}})
		for _, e := range asked {
			v.Cases = append(v.Cases, truth(built, m.name, e.Key))
		}
	}
	v.Cases = append(v.Cases, forgedInclusions(t)...)
	v.Cases = append(v.Cases, forgedNonInclusions(t)...)
	for _, n := range []int{1, 2, 3, 7, 8, 60} {
		l := listOf(t, leaves(n))
		name := fmt.Sprintf("%d hashes", n)
		v.Lists = append(v.Lists, listVector{Name: name, Hashes: octetsOf(leaves(n)), Head: l.Head().Bytes(), State: l.Bytes()})
		v.Cases = append(v.Cases, caseVector{Check: "list", Name: name, Hashes: octetsOf(leaves(n)), Head: l.Head().Bytes(), Outcome: accepted})
	}
	v.Cases = append(v.Cases, forgedLists(t)...)
	v.Cases = append(v.Cases, encodings(t)...)
	return v
}

// encodings are heads and states of lists that have to be read.
func encodings(t *testing.T) (cases []caseVector) {
	list := listOf(t, leaves(5)) // blocks of 4 and 1
	state, head := list.Bytes(), list.Head().Bytes()
	longest := slices.Concat([]byte{0, 1, 0, 0, 0, 0, 0, 0}, make([]byte, len(proof.Hash{})))
	tooLong := bytes.Clone(longest)
	tooLong[7] = 1
	for _, c := range []struct {
		name, why string
		state     []byte
	}{
		{name: "two blocks", state: state},
		{name: "no hash", state: make([]byte, 8)},
		{name: "the longest", state: longest},
		{"cut", "a state has 8 bytes and 32 for each bit of the count", state[:len(state)-1]},
		{"block missing", "a state has 8 bytes and 32 for each bit of the count", state[:len(state)-32]},
		{"block behind", "a state has 8 bytes and 32 for each bit of the count", append(bytes.Clone(state), state[8:40]...)},
		{"count cut", "a count has 8 bytes", state[:7]},
		{"count above 2^48", "counts are at most 2^48", append(bytes.Clone(tooLong), longest[8:]...)},
	} {
		cases = append(cases, caseVector{Check: "state", Name: c.name, State: c.state, Outcome: outcomeOf(c.why), Why: c.why})
	}
	for _, c := range []struct {
		name, why string
		head      []byte
	}{
		{name: "five hashes", head: head},
		{name: "the longest", head: longest},
		{"cut", "a head has 40 bytes", head[:39]},
		{"byte behind", "a head has 40 bytes", append(bytes.Clone(head), 0)},
		{"count zero", "a head of a map has a count of at least 1", make([]byte, proof.HeadBytes)},
		{"count above 2^48", "counts are at most 2^48", tooLong},
	} {
		cases = append(cases, caseVector{Check: "head", Name: c.name, Head: c.head, Outcome: outcomeOf(c.why), Why: c.why})
	}
	return cases
}

func outcomeOf(why string) string {
	if why == "" {
		return accepted
	}
	return isMalformed
}

func entryVectors(entries []proof.Entry) (all []entryVector) {
	for _, e := range entries {
		all = append(all, entryVector{Key: e.Key[:], Head: e.Head.Bytes()})
	}
	return all
}

func octetsOf(hashes []proof.Hash) []octets {
	all := make([]octets, 0, len(hashes))
	for _, h := range hashes {
		all = append(all, h[:])
	}
	return all
}

// truth is what a map says of a key.
func truth(m *headmap.Map, name string, key proof.Key) caseVector {
	root := m.Root()
	c := caseVector{Check: nonInclusion, Name: "in the map: " + name, Key: key[:], Root: root[:], Proof: m.Prove(key), Outcome: accepted}
	if head, ok := m.Get(key); ok {
		c.Check, c.Head = inclusion, head.Bytes()
	}
	return c
}

// forger changes one case in one way after the other.
type forger struct {
	honest caseVector
	forged []caseVector
}

func (f *forger) add(outcome, name, why string, change func(c *caseVector)) {
	c := f.honest
	c.Key, c.Head, c.Root, c.Proof = bytes.Clone(c.Key), bytes.Clone(c.Head), bytes.Clone(c.Root), bytes.Clone(c.Proof)
	c.Name, c.Outcome, c.Why = name, outcome, why
	change(&c)
	f.forged = append(f.forged, c)
}

// addPaths changes the path, which begins at a byte of the proof.
func (f *forger) addPaths(path int) {
	const hash = len(proof.Hash{})
	m := int(f.honest.Proof[path])
	siblings := path + 1 + m
	replace := func(from, to int, with ...byte) func(c *caseVector) {
		return func(c *caseVector) { c.Proof = slices.Replace(c.Proof, from, to, with...) }
	}
	end := len(f.honest.Proof)
	first := f.honest.Proof[siblings : siblings+hash]
	second := f.honest.Proof[siblings+hash : siblings+2*hash]
	f.add(isMalformed, "nothing", "there is no proof", replace(0, end))
	f.add(isMalformed, "unknown kind", "kinds are 0, 1 and 2", replace(0, 1, 3))
	f.add(isMalformed, "truncated by a byte", "the siblings are one for each branch", replace(end-1, end))
	f.add(isMalformed, "truncated by a sibling", "the siblings are one for each branch", replace(end-hash, end))
	f.add(isMalformed, "extended by a byte", "nothing follows the siblings", replace(end, end, 0))
	f.add(isMalformed, "extended by a sibling", "the siblings are one for each branch", replace(end, end, first...))
	f.add(isMalformed, "branches with a zero byte more", "the last byte of branches is not zero", func(c *caseVector) {
		c.Proof = slices.Insert(c.Proof, siblings, 0)
		c.Proof[path]++
	})
	f.add(isMalformed, "too many branches", "a key has 32 bytes", replace(path, path+1, 33))
	f.add(isMalformed, "path missing", "a path has at least one byte", replace(path, end))
	f.add(isRefused, "path of a map with one key", "the hash of the leaf is not the root", replace(path, end, 0))
	f.add(isRefused, "siblings reordered", "siblings go from the leaf to the root", replace(siblings, siblings+2*hash, slices.Concat(second, first)...))
	f.add(isRefused, "node left out", "every node on the way counts", func(c *caseVector) {
		c.Proof = slices.Delete(c.Proof, siblings, siblings+hash)
		last := c.Proof[siblings-1]
		c.Proof[siblings-1] = last & (last - 1)
	})
	f.add(isRefused, "node moved", "a node commits to its depth", func(c *caseVector) {
		last := c.Proof[siblings-1]
		c.Proof[siblings-1] = last&(last-1) | (last&-last)>>1
	})
}

func forgedInclusions(t *testing.T) []caseVector {
	m := mapOf(t, numberedUpTo(vectorKeys))
	present, absent := manyNodes(t, m, 10)
	f := forger{honest: truth(m, "", present)}
	f.addPaths(1)
	older, longer := mapOf(t, numberedUpTo(vectorKeys-1)), m
	for e := range m.All() {
		if e.Key == present {
			e.Head.Count++
			longer = grown(t, m, e)
		}
	}
	f.add(isRefused, "value replaced: root", "the head has another root", func(c *caseVector) { c.Head[20] ^= 1 })
	f.add(isRefused, "value replaced: count", "the head has another count", func(c *caseVector) { c.Head[7]++ })
	f.add(isMalformed, "count zero", "a key with an empty list is absent", func(c *caseVector) { clear(c.Head[:8]) })
	f.add(isMalformed, "count above 2^48", "counts are at most 2^48", func(c *caseVector) { c.Head[1] = 1; c.Head[7] = 1 })
	f.add(isRefused, "proof of another key", "the proof is about another key", func(c *caseVector) { c.Proof = m.Prove(numbered(1).Key) })
	f.add(isRefused, "key and head of another entry", "the proof is about another key", func(c *caseVector) {
		e := numbered(1)
		c.Key, c.Head = e.Key[:], e.Head.Bytes()
	})
	f.add(isRefused, "absent key", "the key is not in the map", func(c *caseVector) { c.Key = absent[:] })
	f.add(isRefused, "proof of non-inclusion", "another kind of proof", func(c *caseVector) { c.Proof = m.Prove(absent) })
	f.add(isRefused, "proof of the empty map", "another kind of proof", func(c *caseVector) { c.Proof = []byte{0} })
	f.add(isRefused, "stale root", "the root is of an older map", func(c *caseVector) { c.Root = rootOf(older) })
	f.add(isRefused, "stale head", "the list has grown since", func(c *caseVector) { c.Root = rootOf(longer) })
	f.add(isRefused, "stale head with the new proof", "the list has grown since", func(c *caseVector) {
		c.Root, c.Proof = rootOf(longer), longer.Prove(present)
	})
	return f.forged
}

func grown(t *testing.T, m *headmap.Map, e proof.Entry) *headmap.Map {
	t.Helper()
	next, err := m.Apply([]proof.Entry{e})
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func rootOf(m *headmap.Map) []byte {
	root := m.Root()
	return root[:]
}

func forgedNonInclusions(t *testing.T) []caseVector {
	m := mapOf(t, numberedUpTo(vectorKeys))
	present, absent := manyNodes(t, m, 10)
	f := forger{honest: truth(m, "", absent)}
	f.addPaths(1 + proof.KeyBytes + proof.HeadBytes)
	head, _ := m.Get(present)
	added := grown(t, m, proof.Entry{Key: absent, Head: head})
	f.add(isRefused, "present key", "the other key is not in its place", func(c *caseVector) { c.Key = present[:] })
	f.add(isRefused, "present key beside itself", "the other key is the key itself", func(c *caseVector) {
		c.Key = present[:]
		c.Proof = slices.Concat([]byte{2}, present[:], head.Bytes(), m.Prove(present)[1:])
	})
	f.add(isRefused, "present key, leaf of another and own path", "the other key is not in its place", func(c *caseVector) {
		e := numbered(1)
		c.Key = present[:]
		c.Proof = slices.Concat([]byte{2}, e.Key[:], e.Head.Bytes(), m.Prove(present)[1:])
	})
	f.add(isRefused, "present key, path of another", "the other key is not in its place", func(c *caseVector) {
		e := numbered(1)
		c.Key = present[:]
		c.Proof = slices.Concat([]byte{2}, e.Key[:], e.Head.Bytes(), m.Prove(e.Key)[1:])
	})
	f.add(isRefused, "proof of inclusion", "another kind of proof", func(c *caseVector) { c.Proof = m.Prove(present) })
	f.add(isRefused, "the map is not empty", "the root is not that of the empty map", func(c *caseVector) { c.Proof = []byte{0} })
	f.add(isMalformed, "bytes after the proof of the empty map", "nothing follows", func(c *caseVector) {
		empty := proof.EmptyRoot()
		c.Proof, c.Root = []byte{0, 0}, empty[:]
	})
	f.add(isRefused, "stale: added since", "the root is of a newer map, which has the key", func(c *caseVector) { c.Root = rootOf(added) })
	f.add(isRefused, "other key changed where the path branches", "the other key is not in its place", func(c *caseVector) { c.Proof[1] ^= 0x80 })
	f.add(isRefused, "other key changed where it does not", "the leaf commits to its whole key", func(c *caseVector) { c.Proof[proof.KeyBytes] ^= 1 })
	f.add(isRefused, "other head changed", "the leaf commits to its head", func(c *caseVector) { c.Proof[1+proof.KeyBytes+20] ^= 1 })
	f.add(isMalformed, "other head with count zero", "a key with an empty list is absent", func(c *caseVector) {
		clear(c.Proof[1+proof.KeyBytes : 1+proof.KeyBytes+8])
	})
	f.add(isMalformed, "other key missing", "a leaf has 72 bytes", func(c *caseVector) { c.Proof = c.Proof[:30] })
	return f.forged
}

func forgedLists(t *testing.T) (cases []caseVector) {
	all := leaves(7)
	head := listOf(t, all).Head()
	pair := sha256.Sum256(slices.Concat([]byte{1}, all[0][:], all[1][:]))
	stranger := sha256.Sum256([]byte("stranger"))
	with := func(i int, hashes ...proof.Hash) []proof.Hash {
		return slices.Replace(slices.Clone(all), i, i+1, hashes...)
	}
	add := func(name, why string, hashes []proof.Hash, head proof.Head) {
		cases = append(cases, caseVector{Check: "list", Name: name, Hashes: octetsOf(hashes), Head: head.Bytes(), Outcome: isRefused, Why: why})
	}
	add("dropped", "a hash is missing", with(3), head)
	add("dropped, count adjusted", "the root is that of more hashes", with(3), proof.Head{Count: 6, Root: head.Root})
	add("last one dropped", "a hash is missing", all[:6], head)
	add("duplicated", "a hash is there twice", with(3, all[3], all[3]), head)
	add("duplicated, count adjusted", "a hash is there twice", with(6, all[6], all[6]), proof.Head{Count: 8, Root: head.Root})
	add("reordered", "two hashes are swapped", slices.Concat(all[:5], []proof.Hash{all[6], all[5]}), head)
	add("added", "a hash is not of the list", with(6, all[6], stranger), head)
	add("replaced", "a hash is not of the list", with(2, stranger), head)
	add("one twice instead of another", "a hash is missing and one is there twice", with(2, all[1]), head)
	add("two hashes for their node", "a node of the tree is no hash of the list", slices.Concat([]proof.Hash{pair}, all[2:]), head)
	add("two hashes for their node, count adjusted", "the root is that of more hashes",
		slices.Concat([]proof.Hash{pair}, all[2:]), proof.Head{Count: 6, Root: head.Root})
	add("nothing", "the list is not empty", nil, head)
	add("wrong count", "the head has another count", all, proof.Head{Count: 8, Root: head.Root})
	return cases
}
