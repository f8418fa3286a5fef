package ingest

import (
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Past is the whole history of a passport before new events.
type Past struct {
	Events []Event
	Notes  []Note
	// Marks has the day of each mark of an event.
	Marks map[uuid.UUID]map[quality.Outcome]int64
}

// Correctable are keys and passports of the events that bear on a verdict: they may have been corrected before they came.
func (d *Draft) Correctable() (keys []Key, passports []uuid.UUID) {
	for i := range d.events {
		if d.evidence[i].Mileage != nil || d.evidence[i].Signal != nil {
			keys, passports = append(keys, d.events[i].Key), append(passports, d.events[i].Passport)
		}
	}
	return keys, passports
}

// Noted are the passports about whose events the new ones say something that can change what counts, as often as they do. Opening a
// dispute changes nothing yet.
func (d *Draft) Noted() (passports []uuid.UUID) {
	for _, n := range d.notes() {
		if n.Kind != Objection {
			passports = append(passports, n.Passport)
		}
	}
	return passports
}

func (d *Draft) notes() (notes []Note) {
	for i := range d.events {
		if note, ok := d.events[i].note(&d.evidence[i]); ok {
			notes = append(notes, note)
		}
	}
	return notes
}

// relearn makes a vehicle anew from its past and the new events, without those that were withdrawn, and returns what withdrawals
// and news do to reputations.
func (d *Draft) relearn(v *Vehicle, past *Past) (marks []Mark, err error) {
	*v = Vehicle{Passport: v.Passport, Revision: v.Revision, Change: BodyReplaced}
	notes := past.Notes
	for _, n := range d.notes() {
		if n.Passport == v.Passport {
			notes = append(notes, n)
		}
	}
	all := &news{}
	learn := func(e *Event, evidence *Evidence, id uuid.UUID) {
		standing := StandingOf(e, notes, endOfTime)
		marked := past.Marks[e.ID]
		marks = append(marks, d.consequences(e, &standing, marked)...)
		if standing.Withdrawn() {
			return
		}
		if r, ok := e.reading(evidence); ok {
			_, confirmed := marked[quality.Confirmed]
			_, refuted := marked[quality.Refuted]
			all.readings = append(all.readings, KeptReading{Reading: r, DataKind: DataKind(e.Type), Confirmed: confirmed, Refuted: refuted, news: id})
		}
		if s, ok := e.signal(evidence); ok {
			all.signals = append(all.signals, s)
		}
	}
	for i := range past.Events {
		evidence, err := d.appraiser.Evidence(&past.Events[i])
		if err != nil {
			return nil, err
		}
		learn(&past.Events[i], &evidence, uuid.Nil)
	}
	for i := range d.events {
		if d.events[i].Passport == v.Passport {
			learn(&d.events[i], &d.evidence[i], d.events[i].ID)
		}
	}
	return append(marks, v.learn(&d.appraiser.Odometer, all)...), nil
}

// endOfTime is after every note: what is withdrawn is so by all notes there are.
var endOfTime = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// consequences are the marks that a withdrawal brings, each once: a refutation for a late correction or an upheld dispute, and
// forgiveness of an earlier refutation for a correction in time.
func (d *Draft) consequences(e *Event, s *Standing, marked map[quality.Outcome]int64) []Mark {
	_, refuted := marked[quality.Refuted]
	_, forgiven := marked[quality.Forgiven]
	mark := Mark{Reading: KeptReading{Reading: adjudication.Reading{EventID: eventKey(e.ID), Source: e.Member}, DataKind: DataKind(e.Type)}}
	note, harmful := s.harmful()
	switch {
	case harmful && !refuted:
		mark.Outcome = quality.Refuted
	case !harmful && s.Withdrawn() && refuted && !forgiven:
		mark.Outcome, mark.ForgivenDay, note = quality.Forgiven, marked[quality.Refuted], s.CorrectedBy
	default:
		return nil
	}
	var ok bool
	if mark.Cause, ok = d.cause(note, e.Passport); !ok {
		return nil
	}
	return []Mark{mark}
}

// cause is the new event that decided something: the note itself, or one that came after it and made it count.
func (d *Draft) cause(note, passport uuid.UUID) (cause uuid.UUID, ok bool) {
	for i := range d.events {
		if d.events[i].ID == note {
			return note, true
		}
		if d.events[i].Passport == passport {
			cause, ok = d.events[i].ID, true
		}
	}
	return cause, ok
}
