package export

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pcc-platform/pcc/services/anchor"
)

// inOrder brings events into the order of lists: by epoch, stream, and number in the stream.
func (e Exporter) inOrder(ctx context.Context, events []anchor.ProvenEvent) ([]anchor.ProvenEvent, error) {
	ordered := slices.Clone(events)
	slices.SortFunc(ordered, func(a, b anchor.ProvenEvent) int {
		return cmp.Or(strings.Compare(a.Stream, b.Stream), cmp.Compare(a.Sequence, b.Sequence))
	})
	epochs := make(map[Position]uint64, len(ordered))
	for start := 0; start < len(ordered); {
		end := start
		var entries []uint64
		for ; end < len(ordered) && ordered[end].Stream == ordered[start].Stream; end++ {
			entries = append(entries, ordered[end].Sequence)
		}
		stream := ordered[start].Stream
		numbers, err := e.Store.EpochsOf(ctx, stream, entries)
		if err != nil {
			return nil, err
		}
		if len(numbers) != len(entries) {
			return nil, fmt.Errorf("%w: epochs of %d entries of %s for %d", anchor.ErrDiverged, len(numbers), stream, len(entries))
		}
		for i, seq := range entries {
			epochs[Position{stream, seq}] = numbers[i]
		}
		start = end
	}
	slices.SortStableFunc(ordered, func(a, b anchor.ProvenEvent) int {
		return cmp.Compare(epochs[positionOf(a)], epochs[positionOf(b)])
	})
	return ordered, nil
}

func positionOf(e anchor.ProvenEvent) Position { return Position{e.Stream, e.Sequence} }
