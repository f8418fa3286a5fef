package anchor

import (
	"context"
	"fmt"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// Lists has in memory what the entries of the next epoch are appended to: the states of all lists as they are after one epoch, but for
// those that follow from their heads in the map. A search for each in the database would cost as much as all else of an epoch. It is for the
// process that leads, and not safe for concurrent use.
type Lists struct {
	store  ListStore
	number uint64
	states map[proof.Key]proof.List
}

// NewLists returns the lists before the first epoch.
func NewLists(store ListStore) *Lists {
	return &Lists{store: store, states: map[proof.Key]proof.List{}}
}

// Advance makes them those after an epoch, of which it reads what it does not have yet: at a start, everything.
func (l *Lists) Advance(ctx context.Context, number uint64) error {
	switch {
	case number == l.number:
		return nil
	case number > l.number && l.number > 0:
		grown, err := l.store.ListsBetween(ctx, l.number, number)
		if err != nil {
			return fmt.Errorf("anchor: lists of epoch %d: %w", number, err)
		}
		l.Put(number, grown)
		return nil
	}
	read := map[proof.Key]proof.List{}
	for list, err := range l.store.Lists(ctx, number) {
		if err != nil {
			return fmt.Errorf("anchor: lists of epoch %d: %w", number, err)
		}
		keep(read, list)
	}
	l.number, l.states = number, read
	return nil
}

// Put makes them those after an epoch, in which these lists grew.
func (l *Lists) Put(number uint64, grown []epoch.KeyedList) {
	for _, list := range grown {
		keep(l.states, list)
	}
	l.number = number
}

func keep(states map[proof.Key]proof.List, list epoch.KeyedList) {
	if list.List.Whole() { // its head says it
		delete(states, list.Key)
	} else {
		states[list.Key] = list.List
	}
}

// Load is an [epoch.Loader].
func (l *Lists) Load(_ context.Context, keys []proof.Key) ([]proof.List, error) {
	lists := make([]proof.List, len(keys))
	for i, key := range keys {
		lists[i] = l.states[key]
	}
	return lists, nil
}
