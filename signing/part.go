package signing

import (
	"fmt"
	"slices"
)

// Part is what the root of a tree follows from when some of its events are at hand.
type Part struct {
	// Indexes are those of the events at hand, ascending, and Events their hashes.
	Indexes []int
	Events  []Hash
	// Beside are the roots of the greatest subtrees with none of these events, from left to right; none when all are at hand.
	Beside []Hash
}

// Whole returns the part that has all events.
func Whole(events []Hash) Part {
	p := Part{Indexes: make([]int, len(events)), Events: events}
	for i := range p.Indexes {
		p.Indexes[i] = i
	}
	return p
}

// Tree makes the tree over count events of which the part has some. The error wraps ErrMalformed. That it is the tree of a
// statement shows its root.
func (p Part) Tree(count int) (Tree, error) {
	if err := p.check(count); err != nil {
		return Tree{}, err
	}
	t := newTree(count)
	for i, index := range p.Indexes {
		t.events[index] = p.Events[i]
	}
	left, missing := p.Beside, false
	t.visit(p.Indexes, func(level, i int) {
		if missing = missing || len(left) == 0; !missing {
			t.levels[level][i], left = left[0], left[1:]
		}
	}, t.join)
	if missing || len(left) > 0 {
		return Tree{}, fmt.Errorf("%w: %d subtrees beside %d of %d events", ErrMalformed, len(p.Beside), len(p.Indexes), count)
	}
	return t, nil
}

func (p Part) check(count int) error {
	if count < 1 || count > MaxEvents {
		return fmt.Errorf("%w: a statement covers 1 to %d events", ErrMalformed, MaxEvents)
	}
	if len(p.Indexes) == 0 || len(p.Indexes) != len(p.Events) {
		return fmt.Errorf("%w: %d hashes of %d events", ErrMalformed, len(p.Events), len(p.Indexes))
	}
	last := -1
	for _, index := range p.Indexes {
		if index <= last || index >= count {
			return fmt.Errorf("%w: event %d of %d after event %d", ErrMalformed, index, count, last)
		}
		last = index
	}
	return nil
}

// Of returns the part of the events at indexes, some of this part's, in a tree over count events. The error wraps
// ErrMalformed.
func (p Part) Of(count int, indexes []int) (Part, error) {
	if slices.Equal(indexes, p.Indexes) {
		return p, nil
	}
	t, err := p.Tree(count)
	if err != nil {
		return Part{}, err
	}
	return t.Part(indexes), nil
}
