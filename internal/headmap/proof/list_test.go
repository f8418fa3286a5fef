package proof_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// leaves are n different hashes.
func leaves(n int) []proof.Hash {
	all := make([]proof.Hash, n)
	for i := range all {
		all[i] = sha256.Sum256([]byte{byte(i >> 8), byte(i)})
	}
	return all
}

func listOf(t *testing.T, hashes []proof.Hash) proof.List {
	t.Helper()
	l, err := proof.List{}.Append(hashes...)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestHeadsAreThoseOfRFC6962 compares with an implementation that others use.
func TestHeadsAreThoseOfRFC6962(t *testing.T) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var read []tlog.Hash
		for _, i := range indexes {
			read = append(read, stored[i])
		}
		return read, nil
	})
	var list proof.List
	for n, leaf := range leaves(600) {
		if want, err := tlog.TreeHash(int64(n), reader); err != nil || list.Head() != (proof.Head{Count: uint64(n), Root: proof.Hash(want)}) {
			t.Fatalf("head of %d hashes is %v, want %x, %v", n, list.Head(), want, err)
		}
		more, err := tlog.StoredHashesForRecordHash(int64(n), tlog.Hash(leaf), reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		before := list.Bytes()
		next, err := list.Append(leaf)
		if err != nil || !bytes.Equal(list.Bytes(), before) {
			t.Fatalf("Append changed its receiver, or %v", err)
		}
		list = next
	}
}

func TestAListGrowsInAnyPartsAndOutOfStorage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := leaves(rapid.IntRange(0, 300).Draw(t, "length"))
		whole, err := proof.List{}.Append(all...)
		if err != nil {
			t.Fatal(err)
		}
		var parts proof.List
		for rest := all; len(rest) > 0; {
			n := rapid.IntRange(0, len(rest)).Draw(t, "part")
			stored, err := proof.ParseList(parts.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if parts, err = stored.Append(rest[:n]...); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if !bytes.Equal(parts.Bytes(), whole.Bytes()) || parts.Head() != whole.Head() || parts.Count() != uint64(len(all)) {
			t.Fatalf("%x in parts, %x as a whole", parts.Bytes(), whole.Bytes())
		}
	})
}

func TestOnlyTheWholeListHasItsHead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := leaves(rapid.IntRange(2, 70).Draw(t, "length"))
		list, err := proof.List{}.Append(all...)
		if err != nil {
			t.Fatal(err)
		}
		head := list.Head()
		if err := proof.VerifyList(all, head); err != nil {
			t.Fatal(err)
		}
		i := rapid.IntRange(0, len(all)-1).Draw(t, "at")
		j := (i + rapid.IntRange(1, len(all)-1).Draw(t, "distance")) % len(all)
		stranger := sha256.Sum256([]byte("stranger"))
		swapped, replaced, repeated := slices.Clone(all), slices.Clone(all), slices.Clone(all)
		swapped[i], swapped[j] = swapped[j], swapped[i]
		replaced[i] = stranger
		repeated[i] = all[j]
		dropped := slices.Delete(slices.Clone(all), i, i+1)
		for name, forged := range map[string][]proof.Hash{
			"dropped": dropped, "none": nil, "duplicated": slices.Insert(slices.Clone(all), i, all[i]), "reordered": swapped,
			"added": slices.Insert(slices.Clone(all), i, stranger), "added at the end": append(slices.Clone(all), stranger),
			"replaced": replaced, "another one instead": repeated, "the root alone": {head.Root},
		} {
			if err := proof.VerifyList(forged, head); !errors.Is(err, proof.ErrRefused) {
				t.Errorf("%s: %v", name, err)
			}
			if err := proof.VerifyList(forged, proof.Head{Count: uint64(len(forged)), Root: head.Root}); len(forged) != 1 && !errors.Is(err, proof.ErrRefused) {
				t.Errorf("%s, with its own count: %v", name, err)
			}
		}
	})
}

func TestListsAndHeadsHaveOneEncoding(t *testing.T) {
	valid := listOf(t, leaves(5)).Bytes() // blocks of 4 and 1
	count := func(n uint64, blocks int) []byte {
		return append(binary.BigEndian.AppendUint64(nil, n), make([]byte, blocks*len(proof.Hash{}))...)
	}
	for name, encoded := range map[string][]byte{
		"nothing": nil, "cut count": valid[:7], "cut block": valid[:len(valid)-1], "byte behind": append(bytes.Clone(valid), 0),
		"block missing": valid[:len(valid)-32], "block behind": append(bytes.Clone(valid), make([]byte, 32)...),
		"too long": count(proof.MaxCount+1, 2), "longest count": count(1<<63, 1),
	} {
		if _, err := proof.ParseList(encoded); !errors.Is(err, proof.ErrMalformed) {
			t.Errorf("list: %s: %v", name, err)
		}
	}
	full, err := proof.ParseList(count(proof.MaxCount, 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := full.Append(proof.Hash{}); !errors.Is(err, proof.ErrMalformed) {
		t.Errorf("beyond the longest list: %v", err)
	}
	head := proof.Head{Count: 5, Root: proof.Hash{1}}
	if again, err := proof.ParseHead(head.Bytes()); err != nil || again != head {
		t.Errorf("head: %v, %v", again, err)
	}
	for name, encoded := range map[string][]byte{
		"cut": head.Bytes()[:39], "byte behind": append(head.Bytes(), 0), "empty list": count(0, 1), "too long": count(proof.MaxCount+1, 1),
	} {
		if _, err := proof.ParseHead(encoded); !errors.Is(err, proof.ErrMalformed) {
			t.Errorf("head: %s: %v", name, err)
		}
	}
}

// FuzzParseList checks that whatever parses is encoded back to the same bytes.
func FuzzParseList(f *testing.F) {
	for _, n := range []int{0, 1, 5, 64} {
		l, err := proof.List{}.Append(leaves(n)...)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(l.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if l, err := proof.ParseList(data); err == nil && !bytes.Equal(l.Bytes(), data) {
			t.Errorf("%x was accepted but encodes to %x", data, l.Bytes())
		}
	})
}

// TestAHeadSaysItsListOrNothing makes lists of heads alone, and appends to them.
func TestAHeadSaysItsListOrNothing(t *testing.T) {
	var list proof.List
	for n := uint64(1); n <= 70; n++ {
		var err error
		if list, err = list.Append(proof.Hash{byte(n)}); err != nil {
			t.Fatal(err)
		}
		said, ok := proof.ListOf(list.Head())
		if power := n&(n-1) == 0; ok != power || list.Whole() != power {
			t.Fatalf("the head of %d: %t", n, ok)
		}
		if !ok {
			continue
		}
		longer, err := list.Append(proof.Hash{1}, proof.Hash{2}, proof.Hash{3})
		if err != nil {
			t.Fatal(err)
		}
		grown, err := said.Append(proof.Hash{1}, proof.Hash{2}, proof.Hash{3})
		if err != nil || grown.Head() != longer.Head() {
			t.Errorf("the list of %d is another, %v", n, err)
		}
	}
	if _, ok := proof.ListOf(proof.Head{}); ok {
		t.Error("no head says a list")
	}
}
