package ingest

import (
	"cmp"
	"slices"
	"time"

	"github.com/pcc-platform/pcc/signing"
)

// inspection is a batch under way through the checks.
type inspection struct {
	member     string
	now        time.Time
	candidates []Candidate
	// contents has the content hash of each candidate that passed the checks that need nothing but itself.
	contents []Hash
	// passed holds the events that no check has objected to so far.
	passed     []passed
	duplicates int
	// statements are those of the batch whose signatures hold.
	statements []*signing.Signed
	rejections []Rejection
}

// passed is an event with the index of its candidate.
type passed struct {
	index int
	event *Event
}

// checkAlone applies the rules that need nothing but the event itself.
func (b *inspection) checkAlone() {
	b.passed, b.contents = make([]passed, 0, len(b.candidates)), make([]Hash, len(b.candidates))
	events := make([]Event, len(b.candidates))
	for i := range b.candidates {
		var fault *Fault
		if events[i], fault = b.candidates[i].Check(b.member, b.now); fault != nil {
			b.refuse(i, fault)
			continue
		}
		b.passed = append(b.passed, passed{index: i, event: &events[i]})
		b.contents[i] = events[i].ContentHash
	}
}

// checkClock refuses what has not happened yet, but for what was accepted before: sent again that is a duplicate, also when
// the platform's clock was set back in between.
func (b *inspection) checkClock(accepted map[Key]Hash) {
	kept := b.passed[:0]
	for _, p := range b.passed {
		if _, before := accepted[p.event.Key]; !before && p.event.OccurredAt.After(b.now.Add(maxClockSkew)) {
			b.refuse(p.index, NewFault(ReasonTimeInFuture, fieldTime, "more than %v in the future", maxClockSkew))
			continue
		}
		kept = append(kept, p)
	}
	b.passed = kept
}

func (b *inspection) refuse(index int, fault *Fault) {
	c := &b.candidates[index]
	b.rejections = append(b.rejections, Rejection{
		Index: index, Source: cut(c.Source, maxSourceBytes), EventID: cut(c.ID, maxIDBytes), Fault: *fault,
	})
}

// acknowledgement sums up what the checks found. Every candidate is counted once.
func (b *inspection) acknowledgement() Acknowledgement {
	slices.SortFunc(b.rejections, func(a, b Rejection) int { return cmp.Compare(a.Index, b.Index) })
	return Acknowledgement{Accepted: len(b.passed), Duplicates: b.duplicates, Rejections: b.rejections}
}

// letters returns a dead letter for each refused event.
func (b *inspection) letters() ([]DeadLetter, error) {
	letters := make([]DeadLetter, len(b.rejections))
	for i, r := range b.rejections {
		c := &b.candidates[r.Index]
		var err error
		if letters[i], err = newDeadLetter(b.member, r, c.Bytes, b.now); err != nil {
			return nil, err
		}
		letters[i].Signature = c.Signature
		if c.Withheld != nil {
			letters[i].withhold()
		}
	}
	return letters, nil
}
