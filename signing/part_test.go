package signing

import (
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawPart draws a tree over 1 to 70 events and some of them.
func drawPart(t *rapid.T) (Tree, []Hash, []int) {
	_, events := someEvents(rapid.IntRange(1, 70).Draw(t, "events"))
	tree, err := NewTree(events)
	if err != nil {
		t.Fatal(err)
	}
	var indexes []int
	for i := range events {
		if rapid.Bool().Draw(t, "at hand") {
			indexes = append(indexes, i)
		}
	}
	if len(indexes) == 0 {
		indexes = []int{rapid.IntRange(0, len(events)-1).Draw(t, "index")}
	}
	return tree, events, indexes
}

// TestAPartHasTheRootAndThePathsOfItsEvents makes trees from some of their events: the root and the paths of these come out as
// from all, and so does every smaller part.
func TestAPartHasTheRootAndThePathsOfItsEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole, events, indexes := drawPart(t)
		part, err := Whole(events).Of(len(events), indexes)
		if err != nil {
			t.Fatal(err)
		}
		again, err := part.Tree(len(events))
		if err != nil || again.Root() != whole.Root() {
			t.Fatalf("another root, %v", err)
		}
		if len(indexes) == len(events) && len(part.Beside) > 0 {
			t.Error("there is nothing beside all events")
		}
		for i, index := range indexes {
			if part.Events[i] != events[index] || !slices.Equal(again.Path(index), whole.Path(index)) {
				t.Errorf("event %d has another hash or path", index)
			}
		}
		fewer := indexes[:rapid.IntRange(1, len(indexes)).Draw(t, "fewer")]
		smaller, err := part.Of(len(events), fewer)
		if err != nil {
			t.Fatal(err)
		}
		want := whole.Part(fewer)
		if !slices.Equal(smaller.Beside, want.Beside) || !slices.Equal(smaller.Events, want.Events) {
			t.Errorf("a part of a part is another than that of the whole")
		}
	})
}

// TestAPartOfAnotherTreeHasAnotherRoot changes one hash, or the place of an event.
func TestAPartOfAnotherTreeHasAnotherRoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole, events, indexes := drawPart(t)
		part := whole.Part(indexes)
		hashes := slices.Concat(part.Events, part.Beside)
		hashes[rapid.IntRange(0, len(hashes)-1).Draw(t, "changed")][rapid.IntRange(0, sha256.Size-1).Draw(t, "byte")] ^= 1
		part.Events, part.Beside = hashes[:len(indexes)], hashes[len(indexes):]
		if tree, err := part.Tree(len(events)); err == nil && tree.Root() == whole.Root() {
			t.Error("a changed hash leads to the same root")
		}
		part = whole.Part(indexes)
		part.Indexes = slices.Clone(indexes)
		part.Indexes[rapid.IntRange(0, len(indexes)-1).Draw(t, "moved")] = rapid.IntRange(0, len(events)-1).Draw(t, "to")
		if tree, err := part.Tree(len(events)); err == nil && tree.Root() == whole.Root() && !slices.Equal(part.Indexes, indexes) {
			t.Error("a moved event leads to the same root")
		}
	})
}

func TestPartsThatAreNone(t *testing.T) {
	_, events := someEvents(4)
	tree, err := NewTree(events)
	must(t, err)
	good := tree.Part([]int{1})
	for what, p := range map[string]Part{
		"no event":             {Beside: good.Beside},
		"an index too many":    {Indexes: []int{1, 2}, Events: good.Events, Beside: good.Beside},
		"a subtree too few":    {Indexes: good.Indexes, Events: good.Events, Beside: good.Beside[1:]},
		"a subtree too many":   {Indexes: good.Indexes, Events: good.Events, Beside: append(slices.Clone(good.Beside), Hash{})},
		"below the first":      {Indexes: []int{-1}, Events: good.Events, Beside: good.Beside},
		"behind the last":      {Indexes: []int{4}, Events: good.Events, Beside: good.Beside},
		"an event twice":       {Indexes: []int{1, 1}, Events: events[:2], Beside: good.Beside},
		"events out of order":  {Indexes: []int{1, 0}, Events: events[:2], Beside: good.Beside[1:]},
		"nothing of the whole": {},
	} {
		if _, err := p.Tree(4); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, count := range []int{0, MaxEvents + 1} {
		if _, err := good.Tree(count); !errors.Is(err, ErrMalformed) {
			t.Errorf("%d events: %v", count, err)
		}
	}
}
