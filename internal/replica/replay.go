package replica

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// Difference is one thing that the folder says otherwise than it computes.
type Difference struct {
	// Where is "epoch 7" or "leaf 12".
	Where string
	// What is wrong with it.
	What string
}

// Report says what a Replay has computed.
type Report struct {
	Epochs, Entries, Lists, Leaves uint64
	// Differences end the replay of epochs at the first: what follows rests on it. Those of leaves are all told.
	Differences []Difference
}

// Replay computes all of a replica anew, offline, and reports what differs. see is given every leaf of the member's stream, in
// order, for what else there is to compute. The error is of the folder or of see.
func (f *Folder) Replay(ctx context.Context, trusted checkpoint.Policy, see func(number uint64, l Leaf) error) (Report, error) {
	var report Report
	c := newChain()
	_, err := f.eachEpoch(func(e Epoch) error {
		if len(report.Differences) > 0 {
			return nil
		}
		if err := c.next(ctx, e, f.entries, trusted); err != nil {
			report.Differences = append(report.Differences, Difference{fmt.Sprintf("epoch %d", e.Number), err.Error()})
		}
		return nil
	})
	if err != nil {
		return report, err
	}
	report.Epochs, report.Lists = c.state.Number(), uint64(len(c.lists))
	for _, s := range c.state.Streams {
		report.Entries += s.List.Count()
	}
	size := c.state.Size(f.stream())
	_, err = lines(f.path(leavesFile), func(line []byte) error {
		var l Leaf
		if err := json.Unmarshal(line, &l); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrDamaged, leavesFile, err)
		}
		number := report.Leaves
		report.Leaves++
		if number >= size {
			return nil // of no epoch that was checked
		}
		if err := f.match(number, []Leaf{l}); err != nil {
			report.Differences = append(report.Differences, Difference{fmt.Sprintf("leaf %d", number), err.Error()})
		}
		return see(number, l)
	})
	if err == nil && report.Leaves < size && len(report.Differences) == 0 {
		report.Differences = append(report.Differences, Difference{
			fmt.Sprintf("leaf %d", report.Leaves), fmt.Sprintf("missing, and %d after it", size-report.Leaves-1),
		})
	}
	return report, err
}
