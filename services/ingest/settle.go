package ingest

import (
	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Mark is what became of an event, for the reputation of its source. Of events without a mileage Reading has the names only.
type Mark struct {
	Reading KeptReading
	Outcome quality.Outcome
	// Cause is the id of the event, among the new ones, that decided it.
	Cause uuid.UUID
	// ForgivenDay is the day of the refutation that is taken back.
	ForgivenDay int64
}

// refuters is how many members other than its own, at least, support the history that excludes a refuted reading.
const refuters = 2

// isMistake says whether a reading that is set aside was its source's mistake. Readings of a counter that was turned back,
// replaced or stopped are true, whatever they show, and a device's fault is no statement.
func isMistake(reason adjudication.Code) bool {
	switch reason {
	case adjudication.UnitError, adjudication.DecimalError, adjudication.TypingError, adjudication.LowOutlier, adjudication.HighOutlier:
		return true
	default:
		return false
	}
}

// settle finds the readings that new events confirm or refute, each once for good. A reading is confirmed when a member other
// than its own, later and without knowing better, read a mileage that continues it. It is refuted when it is set aside and at
// least two other members support the history that excludes it. Both need a reading that was accepted after it, so that
// nobody gains by repeating what others have said.
func (v *Vehicle) settle(tolerance int64) (marks []Mark) {
	var news []fresh
	for i := range v.Readings {
		if id := v.Readings[i].news; id != uuid.Nil && v.fits(i) {
			news = append(news, fresh{place: i, id: id})
		}
		v.Readings[i].news = uuid.Nil
	}
	if len(news) == 0 {
		return nil
	}
	for i := range v.Readings {
		r := &v.Readings[i]
		if !r.Confirmed && !r.Refuted && v.fits(i) {
			if cause, ok := v.confirmation(i, tolerance, news); ok {
				r.Confirmed = true
				marks = append(marks, Mark{Reading: *r, Outcome: quality.Confirmed, Cause: cause})
			}
		}
		if !r.Refuted && isMistake(v.Verdict.Assessments[i].Reason) {
			if cause, ok := v.refutation(i, news); ok {
				r.Refuted = true
				marks = append(marks, Mark{Reading: *r, Outcome: quality.Refuted, Cause: cause})
			}
		}
	}
	return marks
}

// fresh is a new reading that fits, by its place among the vehicle's.
type fresh struct {
	place int
	id    uuid.UUID
}

func (v *Vehicle) fits(i int) bool { return v.Verdict.Assessments[i].Reason == "" }

// after says whether y was accepted after x, by another member.
func after(y, x *KeptReading) bool { return y.Source != x.Source && y.AcceptedAt.After(x.AcceptedAt) }

func (v *Vehicle) confirmation(i int, tolerance int64, news []fresh) (cause uuid.UUID, ok bool) {
	x := &v.Readings[i]
	for _, n := range news {
		y := &v.Readings[n.place]
		if n.place > i && after(y, x) && y.OccurredAt.After(x.OccurredAt) && y.Metres >= x.Metres-tolerance {
			return n.id, true
		}
	}
	return uuid.UUID{}, false
}

func (v *Vehicle) refutation(i int, news []fresh) (cause uuid.UUID, ok bool) {
	x := &v.Readings[i]
	for _, n := range news {
		if after(&v.Readings[n.place], x) {
			cause, ok = n.id, true
			break
		}
	}
	if !ok {
		return cause, false
	}
	supporters := map[string]bool{}
	for j := range v.Readings {
		if v.fits(j) && v.Readings[j].Source != x.Source {
			supporters[v.Readings[j].Source] = true
		}
	}
	return cause, len(supporters) >= refuters
}

// corroborators counts the other members that confirm a reading: the rule is that of settle, over all readings.
func (v *Vehicle) corroborators(x *KeptReading, tolerance int64) int {
	members := map[string]bool{}
	for j := range v.Readings {
		y := &v.Readings[j]
		if v.fits(j) && after(y, x) && y.OccurredAt.After(x.OccurredAt) && y.Metres >= x.Metres-tolerance {
			members[y.Source] = true
		}
	}
	return len(members)
}
