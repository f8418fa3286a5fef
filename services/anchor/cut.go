package anchor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// cut makes the candidate that follows last, which is nil before the first epoch, out of the newest checkpoints. ok is
// false when no stream grew, so that there is nothing to anchor. The error wraps ErrDiverged if the checkpoints cannot
// follow last: a stream shrank, vanished, or has another root at the same size.
func cut(last *Epoch, checkpoints []model.StreamCheckpoint, now time.Time) (_ Candidate, ok bool, err error) {
	var previous *model.EpochRecord
	next := model.EpochRecord{Number: 1, TimeUnixMilli: now.UnixMilli(), Streams: slices.Clone(checkpoints)}
	slices.SortFunc(next.Streams, func(a, b model.StreamCheckpoint) int { return strings.Compare(a.Stream, b.Stream) })
	if last != nil {
		previous = &last.Record
		next.Number, next.PreviousHash = last.Number()+1, last.Hash
		// A clock that was set back must not stop the chain; the ledger judges the difference to the transaction.
		next.TimeUnixMilli = max(next.TimeUnixMilli, previous.TimeUnixMilli)
	}
	if err := model.ValidateNextEpoch(previous, next, time.UnixMilli(next.TimeUnixMilli)); err != nil {
		return Candidate{}, false, fmt.Errorf("%w: the journal cannot follow the last epoch: %w", ErrDiverged, err)
	}
	if !grew(previous, next.Streams) {
		return Candidate{}, false, nil
	}
	candidate, err := newCandidate(next)
	return candidate, err == nil, err
}

func grew(previous *model.EpochRecord, streams []model.StreamCheckpoint) bool {
	return slices.ContainsFunc(streams, func(now model.StreamCheckpoint) bool {
		if previous == nil {
			return now.Size > 0
		}
		was, known := previous.Checkpoint(now.Stream)
		return now.Size > was.Size || !known
	})
}
