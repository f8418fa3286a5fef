package epoch

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
	journal "github.com/pcc-platform/pcc/internal/journal/proof"
)

// Loader returns the lists of keys as they are after the last epoch, in the order of the keys. It is asked for keys that the
// map has, each once an epoch, and for as many at once as Add is given entries; not for lists that follow from their heads
// ([proof.ListOf]).
type Loader func(ctx context.Context, keys []proof.Key) ([]proof.List, error)

// Builder makes an epoch. It is for one goroutine. After an error it is of no use.
type Builder struct {
	before  State
	load    Loader
	entries int
	grown   []Stream // ascending by name
	lists   []KeyedList
	place   map[proof.Key]int // in lists
}

// KeyedList is a list under the key that the map has it.
type KeyedList struct {
	Key  proof.Key
	List proof.List
}

// Change is what an epoch does.
type Change struct {
	// Next is the state after the epoch; its index does not have the record yet, see [State.WithRecord].
	Next State
	// Grown are the streams with new entries, ascending by name, as they are now.
	Grown []Stream
	// Lists are those with new entries, ascending by key, as they are now.
	Lists []KeyedList
	// Entries counts the new entries of all streams.
	Entries int
}

// Begin starts the epoch after a state.
func Begin(before State, load Loader) *Builder {
	return &Builder{before: before, load: load, place: map[proof.Key]int{}}
}

// Add takes the next entries of a stream. Streams come ascending by name, each in as many calls as its reader likes, its
// entries by number.
//
// A stream that does not follow the one before, a name that no record can hold, or more than [MaxEntries] in all is an error
// that wraps [ErrInvalid]; a list that is not the map's, one that wraps [ErrDamaged]. An error of the loader is returned as
// it is.
func (b *Builder) Add(ctx context.Context, stream string, entries []journal.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if b.entries += len(entries); b.entries > MaxEntries {
		return fmt.Errorf("%w: more than %d entries", ErrInvalid, MaxEntries)
	}
	if err := b.open(stream); err != nil {
		return err
	}
	if err := b.loadLists(ctx, entries); err != nil {
		return err
	}
	hashes := make([]proof.Hash, len(entries))
	for i, e := range entries {
		hashes[i] = e.Hash()
		if e.Key == (proof.Key{}) {
			continue
		}
		if err := extend(&b.lists[b.place[e.Key]].List, hashes[i]); err != nil {
			return err
		}
	}
	return extend(&b.grown[len(b.grown)-1].List, hashes...)
}

// open makes a stream the last one of those that grew.
func (b *Builder) open(stream string) error {
	if last := len(b.grown) - 1; last >= 0 && b.grown[last].Name >= stream {
		if b.grown[last].Name == stream {
			return nil
		}
		return fmt.Errorf("%w: stream %q after %q", ErrInvalid, stream, b.grown[last].Name)
	}
	if stream == "" || len(stream) > model.MaxStreamNameBytes {
		return fmt.Errorf("%w: stream %q", ErrInvalid, stream)
	}
	grown := Stream{Name: stream}
	if i, found := b.before.find(stream); found {
		grown = b.before.Streams[i]
	}
	b.grown = append(b.grown, grown)
	return nil
}

// loadLists makes a place for each list that the entries are the first of in this epoch.
func (b *Builder) loadLists(ctx context.Context, entries []journal.Entry) error {
	var known []proof.Key
	var heads []proof.Head // of known; looking one up costs as much as hashing its entry
	for _, e := range entries {
		if _, placed := b.place[e.Key]; placed || e.Key == (proof.Key{}) {
			continue
		}
		b.place[e.Key] = len(b.lists)
		head, has := b.before.Heads.Get(e.Key)
		var list proof.List
		if has {
			var follows bool
			if list, follows = proof.ListOf(head); !follows {
				known, heads = append(known, e.Key), append(heads, head)
			}
		}
		b.lists = append(b.lists, KeyedList{Key: e.Key, List: list})
	}
	if len(known) == 0 {
		return nil
	}
	lists, err := b.load(ctx, known)
	if err != nil {
		return err
	}
	if len(lists) != len(known) {
		return fmt.Errorf("%w: %d lists for %d keys", ErrDamaged, len(lists), len(known))
	}
	for i, key := range known {
		if lists[i].Head() != heads[i] {
			return fmt.Errorf("%w: %d hashes, where %d were", ErrDamaged, lists[i].Count(), heads[i].Count)
		}
		b.lists[b.place[key]].List = lists[i]
	}
	return nil
}

// Finish returns what the entries have done. A record cannot hold more than [model.MaxStreams] streams: such an epoch is an
// error that wraps [ErrInvalid].
func (b *Builder) Finish() (*Change, error) {
	slices.SortFunc(b.lists, func(x, y KeyedList) int { return bytes.Compare(x.Key[:], y.Key[:]) })
	heads := make([]proof.Entry, len(b.lists))
	for i, l := range b.lists {
		heads[i] = proof.Entry{Key: l.Key, Head: l.List.Head()}
	}
	next, err := b.before.Heads.Apply(heads)
	if err != nil {
		return nil, fmt.Errorf("epoch: %w", err)
	}
	streams := merge(b.before.Streams, b.grown)
	if len(streams) > model.MaxStreams {
		return nil, fmt.Errorf("%w: %d streams", ErrInvalid, len(streams))
	}
	return &Change{
		Next:  State{Index: b.before.Index, Streams: streams, Heads: next},
		Grown: b.grown, Lists: b.lists, Entries: b.entries,
	}, nil
}

// merge returns the streams as they were, with those that grew as they are.
func merge(before, grown []Stream) []Stream {
	all := make([]Stream, 0, len(before)+len(grown))
	for _, s := range before {
		for len(grown) > 0 && grown[0].Name < s.Name {
			all, grown = append(all, grown[0]), grown[1:]
		}
		if len(grown) > 0 && grown[0].Name == s.Name {
			s, grown = grown[0], grown[1:]
		}
		all = append(all, s)
	}
	return append(all, grown...)
}

func extend(l *proof.List, hashes ...proof.Hash) error {
	longer, err := l.Append(hashes...)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	*l = longer
	return nil
}
