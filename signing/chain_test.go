package signing

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestChangedChainsAreSeen drops, repeats, swaps and replaces statements of a chain: only an unchanged beginning passes.
func TestChangedChainsAreSeen(t *testing.T) {
	key := newKeys(t)["EdDSA"]
	sign := func(sizes []int) []*Signed {
		signer := newSigner(t, key)
		var out []*Signed
		for _, n := range sizes {
			events, _ := someEvents(n)
			sealed, err := signer.Sign(events)
			must(t, err)
			s, err := Parse(sealed)
			must(t, err)
			out = append(out, s)
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, 5), 2, 12).Draw(t, "sizes")
		sent := sign(sizes)
		got := slices.Clone(sent)
		at := rapid.IntRange(0, len(sent)-1).Draw(t, "at")
		switch rapid.SampledFrom([]string{"drop", "repeat", "swap", "replace"}).Draw(t, "change") {
		case "drop":
			got = slices.Delete(got, at, at+1)
		case "repeat":
			got = slices.Insert(got, at, got[at])
		case "swap":
			other := rapid.IntRange(0, len(sent)-1).Draw(t, "other")
			got[at], got[other] = got[other], got[at]
		case "replace":
			other := slices.Clone(sizes)
			other[0]++
			got[at] = sign(other)[at]
		}
		wantPass := len(got) <= len(sent) && slices.Equal(got, sent[:len(got)]) // what is cut off at the end cannot be seen yet
		if at == len(sent)-1 && len(got) == len(sent) && !slices.Equal(got, sent) && slices.Equal(got[:at], sent[:at]) {
			wantPass = got[at].First == sent[at].First && got[at].Previous == sent[at].Previous // an end said otherwise
		}
		var chain Chain
		for i, s := range got {
			if err := chain.Add(s); err != nil {
				if wantPass || !errors.Is(err, ErrGap) && !errors.Is(err, ErrFork) {
					t.Fatalf("statement %d: %v", i, err)
				}
				return
			}
		}
		if !wantPass {
			t.Fatal("the change was not seen")
		}
	})
}

// TestPathsAreThoseOfRFC6962 compares with the definition: the left part of a tree has the largest power of two below its size.
func TestPathsAreThoseOfRFC6962(t *testing.T) {
	var root func(events []Hash) Hash
	root = func(events []Hash) Hash {
		if len(events) == 1 {
			return leafHash(events[0])
		}
		left := 1
		for left*2 < len(events) {
			left *= 2
		}
		return nodeHash(root(events[:left]), root(events[left:]))
	}
	for n := 1; n <= 70; n++ {
		_, hashes := someEvents(n)
		tree, err := NewTree(hashes)
		must(t, err)
		if tree.Root() != root(hashes) {
			t.Errorf("root of %d", n)
		}
	}
	for _, n := range []int{0, MaxEvents + 1} {
		if _, err := NewTree(make([]Hash, n)); !errors.Is(err, ErrMalformed) {
			t.Errorf("tree of %d: %v", n, err)
		}
	}
	for _, n := range []int{31, 33, 32 * (MaxEvents + 1)} {
		if _, err := SplitHashes(make([]byte, n)); !errors.Is(err, ErrMalformed) {
			t.Errorf("hashes of %d bytes: %v", n, err)
		}
	}
}
