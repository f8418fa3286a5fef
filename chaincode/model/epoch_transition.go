package model

import (
	"slices"
	"strings"
	"time"
)

// MaxSkew bounds the difference between an epoch's own time and the time of the
// transaction that carries it. Both are stated by the submitter; the bound keeps
// them from telling different stories, it does not make either a trusted clock.
const MaxSkew = 10 * time.Minute

// ValidateNextEpoch reports whether next may follow prev, which is nil for the
// first epoch. txTime is the timestamp of the submitting transaction. A broken
// rule is returned as *Error.
func ValidateNextEpoch(prev *EpochRecord, next EpochRecord, txTime time.Time) error {
	if err := next.validate(); err != nil {
		return err
	}
	if err := validateLink(prev, next); err != nil {
		return err
	}
	if skew := next.time().Sub(txTime).Abs(); skew > MaxSkew {
		return Errorf(ReasonClockSkew, "epoch %d is %s away from its transaction, at most %s are allowed", next.Number, skew, MaxSkew)
	}
	if prev == nil {
		return nil
	}
	if next.TimeUnixMilli < prev.TimeUnixMilli {
		return Errorf(ReasonTimeReversed, "epoch %d is older than epoch %d", next.Number, prev.Number)
	}
	return validateGrowth(prev.Streams, next)
}

// validateLink checks number and previous hash.
func validateLink(prev *EpochRecord, next EpochRecord) error {
	var number uint64
	var hash Hash
	if prev != nil {
		var err error
		if hash, err = prev.Hash(); err != nil {
			return err
		}
		number = prev.Number
	}
	if next.Number-1 != number {
		return Errorf(ReasonEpochNotNext, "epoch %d does not follow epoch %d", next.Number, number)
	}
	if next.PreviousHash != hash {
		return Errorf(ReasonPreviousMismatch, "epoch %d does not name the hash of epoch %d", next.Number, number)
	}
	return nil
}

// validateGrowth checks that every earlier stream is still there and append-only
// as far as sizes and roots can tell.
func validateGrowth(earlier []StreamCheckpoint, next EpochRecord) error {
	for _, was := range earlier {
		now, found := next.Checkpoint(was.Stream)
		switch {
		case !found:
			return Errorf(ReasonStreamMissing, "epoch %d lacks stream %s", next.Number, was.Stream)
		case now.Size < was.Size:
			return Errorf(ReasonStreamShrank, "epoch %d: stream %s goes from %d to %d entries", next.Number, was.Stream, was.Size, now.Size)
		case now.Size == was.Size && now.Root != was.Root:
			return Errorf(ReasonStreamForked, "epoch %d: stream %s has %d entries and another root", next.Number, was.Stream, now.Size)
		}
	}
	return nil
}

func (r EpochRecord) find(stream string) (int, bool) {
	return slices.BinarySearchFunc(r.Streams, stream, func(s StreamCheckpoint, name string) int {
		return strings.Compare(s.Stream, name)
	})
}
