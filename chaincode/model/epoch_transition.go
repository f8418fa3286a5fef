package model

import (
	"slices"
	"strings"
	"time"
)

// The time rule. Record and transaction times are both stated by who submits; the
// bounds keep them from telling different stories, they do not make either a
// trusted clock. The tight check of a record's time is the witnesses'.
const (
	MaxSkew  = 10 * time.Minute    // a record's time after its transaction's: clocks differ
	MaxDelay = 30 * 24 * time.Hour // a record's time before its transaction's, where there are no witnesses
)

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
	if err := validateTime(next, txTime); err != nil {
		return err
	}
	if prev == nil {
		return nil
	}
	if next.TimeUnixMilli < prev.TimeUnixMilli {
		return Errorf(ReasonTimeReversed, "epoch %d is older than epoch %d", next.Number, prev.Number)
	}
	if err := validateGrowth(prev.Streams, next); err != nil {
		return err
	}
	return validateMap(*prev, next)
}

func validateTime(next EpochRecord, txTime time.Time) error {
	if ahead := next.time().Sub(txTime); ahead > MaxSkew {
		return Errorf(ReasonClockSkew, "epoch %d is %s ahead of its transaction, at most %s are allowed", next.Number, ahead, MaxSkew)
	}
	return nil
}

// ValidateDelay reports whether a record that nobody has to cosign is submitted in
// time. What a quorum has cosigned may wait for as long as it takes: its witnesses
// knew when the record was not there yet, and a chain whose quorum or ledger was
// away for long must be able to go on.
func ValidateDelay(next EpochRecord, txTime time.Time) error {
	if late := txTime.Sub(next.time()); late > MaxDelay {
		return Errorf(ReasonTooLate, "epoch %d is submitted %s after it was cut, without witnesses at most %s are allowed", next.Number, late, MaxDelay)
	}
	return nil
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

// validateMap checks the map as far as root and number of keys can tell: it
// follows from the entries of the streams, so it stays if they do.
func validateMap(prev, next EpochRecord) error {
	sameMap := next.MapRoot == prev.MapRoot && next.MapKeys == prev.MapKeys
	switch {
	case next.MapKeys < prev.MapKeys:
		return Errorf(ReasonMapShrank, "epoch %d: the map goes from %d to %d keys", next.Number, prev.MapKeys, next.MapKeys)
	case !sameMap && next.MapRoot == prev.MapRoot:
		return Errorf(ReasonMapForked, "epoch %d: the map has the root of epoch %d and another number of keys", next.Number, prev.Number)
	case !sameMap && !hasNewEntries(prev, next):
		return Errorf(ReasonMapForked, "epoch %d: the map changed without a new entry", next.Number)
	}
	return nil
}

func hasNewEntries(prev, next EpochRecord) bool {
	return slices.ContainsFunc(next.Streams, func(now StreamCheckpoint) bool {
		was, _ := prev.Checkpoint(now.Stream)
		return now.Size > was.Size
	})
}

func (r EpochRecord) find(stream string) (int, bool) {
	return slices.BinarySearchFunc(r.Streams, stream, func(s StreamCheckpoint, name string) int {
		return strings.Compare(s.Stream, name)
	})
}
