package ingest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const chainSource = "/members/oem/cloud"

// honestChain is the links of statements over so many events each.
func honestChain(sizes []int) []Link {
	var links []Link
	var previous Hash
	var next uint64
	for i, n := range sizes {
		l := Link{
			Member: "oem", Source: chainSource, First: next, Last: next + uint64(n) - 1, Previous: previous,
			Hash: sha256.Sum256(fmt.Appendf(nil, "statement %d", i)),
		}
		links, previous, next = append(links, l), l.Hash, l.Last+1
	}
	return links
}

// TestChainsAreWholeInAnyOrder lets statements of an honest chain come shuffled, repeated and in part: what is missing is what
// has not come, and nothing contradicts.
func TestChainsAreWholeInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		links := honestChain(rapid.SliceOfN(rapid.IntRange(1, 4), 1, 12).Draw(t, "sizes"))
		came := rapid.SliceOfN(rapid.SampledFrom(links), 0, 30).Draw(t, "came")
		var c SourceChain
		covered := map[uint64]bool{}
		for _, l := range came {
			c.Add(l, time.Time{})
			for n := l.First; n <= l.Last; n++ {
				covered[n] = true
			}
		}
		if len(c.Forks) > 0 {
			t.Fatalf("forks %v", c.Forks)
		}
		missing := map[uint64]bool{}
		for _, g := range c.Missing {
			for n := g.First; n <= g.Last; n++ {
				if missing[n] {
					t.Fatalf("%d is missing twice", n)
				}
				missing[n] = true
			}
		}
		for n := uint64(0); n < c.Next; n++ {
			if covered[n] == missing[n] {
				t.Fatalf("number %d: covered %v, missing %v", n, covered[n], missing[n])
			}
		}
		for n := range covered {
			if n >= c.Next {
				t.Fatalf("the chain ends at %d before %d", c.Next, n)
			}
		}
	})
}

// TestForksAreSeenInAnyOrder puts one other statement into a chain that has come in full.
func TestForksAreSeenInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		links := honestChain(rapid.SliceOfN(rapid.IntRange(1, 4), 2, 8).Draw(t, "sizes"))
		other := rapid.SampledFrom(links).Draw(t, "other")
		other.Hash, other.Statement = sha256.Sum256([]byte("another")), []byte("another")
		came := rapid.Permutation(append(slices.Clone(links), other)).Draw(t, "came")
		var c SourceChain
		for _, l := range came {
			c.Add(l, time.Time{})
		}
		if len(c.Forks) == 0 || len(c.Missing) > 0 {
			t.Fatalf("forks %v, missing %v", c.Forks, c.Missing)
		}
		if !slices.ContainsFunc(c.Forks, func(g Gap) bool {
			return string(g.Statements[0]) == "another" || string(g.Statements[1]) == "another"
		}) {
			t.Fatal("no fork shows the other statement")
		}
	})
}

func TestMemberOfASource(t *testing.T) {
	if got := memberOf("/members/oem/cars/1"); got != "oem" {
		t.Errorf("got %q", got)
	}
}
