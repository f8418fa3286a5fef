package anchor

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

// ListStore keeps the history of lists, and so of heads.
type ListStore interface {
	// Lists yields every list as of an epoch, ascending by key.
	Lists(ctx context.Context, number uint64) iter.Seq2[epoch.KeyedList, error]
	// ListsBetween returns the lists that grew after one epoch, up to and in another, each as it is in the latter.
	ListsBetween(ctx context.Context, after, number uint64) ([]epoch.KeyedList, error)
}

// Heads has the map of heads of the epochs in use. The versions share what they have in common. Its methods may be called
// concurrently.
type Heads struct {
	store ListStore

	mu       sync.Mutex
	versions map[uint64]*headmap.Map // by epoch
}

// maxVersions bounds the maps that are kept: the oldest, which is that of the last anchored epoch, and the newest ones, behind which
// the next is cut. Those between are made of the oldest when their turn comes. Each takes what its epoch has changed, up to
// 100 MB, so that all that can wait for the ledger would not fit a machine.
const maxVersions = 4

// NewHeads returns the maps of what a store has.
func NewHeads(store ListStore) *Heads {
	return &Heads{store: store, versions: map[uint64]*headmap.Map{}}
}

// At returns the map as of an epoch, zero for the empty one. It reads what it does not have yet: at a start, every head.
func (h *Heads) At(ctx context.Context, number uint64) (*headmap.Map, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if number == 0 {
		return headmap.New(), nil
	}
	if m, kept := h.versions[number]; kept {
		return m, nil
	}
	m, err := h.read(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("anchor: map of epoch %d: %w", number, err)
	}
	h.keep(number, m)
	return m, nil
}

// Put keeps the map of an epoch that was just cut.
func (h *Heads) Put(number uint64, m *headmap.Map) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keep(number, m)
}

// Forget drops the maps of the epochs before a number.
func (h *Heads) Forget(before uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.versions, func(number uint64, _ *headmap.Map) bool { return number < before })
}

func (h *Heads) keep(number uint64, m *headmap.Map) {
	h.versions[number] = m
	if len(h.versions) > maxVersions {
		delete(h.versions, slices.Sorted(maps.Keys(h.versions))[1])
	}
}

// read makes the map from the newest older version, or from all heads without one.
func (h *Heads) read(ctx context.Context, number uint64) (*headmap.Map, error) {
	base := uint64(0)
	for kept := range h.versions {
		if kept < number {
			base = max(base, kept)
		}
	}
	if base == 0 {
		return headmap.Build(headsOf(h.store.Lists(ctx, number)))
	}
	grown, err := h.store.ListsBetween(ctx, base, number)
	if err != nil {
		return nil, err
	}
	heads := make([]proof.Entry, len(grown))
	for i, l := range grown {
		heads[i] = proof.Entry{Key: l.Key, Head: l.List.Head()}
	}
	return h.versions[base].Apply(heads)
}

func headsOf(lists iter.Seq2[epoch.KeyedList, error]) iter.Seq2[proof.Entry, error] {
	return func(yield func(proof.Entry, error) bool) {
		for l, err := range lists {
			if !yield(proof.Entry{Key: l.Key, Head: l.List.Head()}, err) {
				return
			}
		}
	}
}
