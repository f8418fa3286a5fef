package ingest

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// maxOvertaken bounds how many batches of a passport that were accepted after an event may have been appraised with it or before it.
const maxOvertaken = 64

// Recomputation is what all events of a passport come to, computed from nothing but them.
type Recomputation struct {
	// Verdict is on their mileages, without what was withdrawn.
	Verdict adjudication.Result
	// Withdrawn has the events that were.
	Withdrawn map[uuid.UUID]bool
	// Appraised counts the events whose plausibility was computed. Misjudged are those that have another one.
	Appraised int
	Misjudged []Misjudgement
}

// Misjudgement is of an event whose plausibility does not follow from the events before it.
type Misjudgement struct {
	Event uuid.UUID
	// Computed is what follows when exactly the events accepted up to its own are known.
	Computed adjudication.Assessment
}

// Recompute judges the events of all members of one passport anew, in the order of their acceptance. Which of them were known when
// an event was appraised no leaf says. So a plausibility is right that follows from all events accepted up to its own, or up to a
// later one: the writer appraises together what it writes together. Its error is of an event that cannot be read.
func (a *Appraiser) Recompute(history []Event) (Recomputation, error) {
	events := make([]*Event, len(history))
	for i := range history {
		events[i] = &history[i]
	}
	slices.SortFunc(events, func(a, b *Event) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), bytes.Compare(a.ID[:], b.ID[:]))
	})
	r := recomputation{Appraiser: a}
	for _, e := range events {
		if err := r.add(e); err != nil {
			return Recomputation{}, err
		}
	}
	r.expire(func(*unexplained) bool { return true })
	r.result.Verdict, r.result.Withdrawn = r.state.Judge(a.Odometer), map[uuid.UUID]bool{}
	for _, e := range events {
		if s := StandingOf(e, r.notes, endOfTime); s.Withdrawn() {
			r.result.Withdrawn[e.ID] = true
		}
	}
	return r.result, nil
}

// recomputation is a Recompute under way.
type recomputation struct {
	*Appraiser
	// known are the events so far, with their content.
	known    []*Event
	evidence []Evidence
	notes    []Note
	state    adjudication.State
	// batches counts those that the known events came in.
	batches int
	waiting []*unexplained
	result  Recomputation
}

// unexplained is an event whose plausibility does not follow yet.
type unexplained struct {
	event   *Event
	reading adjudication.Reading
	batch   int
	first   *adjudication.Assessment
}

func (r *recomputation) add(e *Event) error {
	evidence, err := r.Evidence(e)
	if err != nil {
		return err
	}
	if n := len(r.known); n == 0 || !r.known[n-1].ReceivedAt.Equal(e.ReceivedAt) {
		r.batches++
	}
	r.known, r.evidence = append(r.known, e), append(r.evidence, evidence)
	if note, ok := e.note(&evidence); ok {
		r.notes = EffectiveNotes(append(r.notes, note))
		r.relearn()
	} else {
		r.learn(e, &evidence)
	}
	if reading, ok := e.reading(&evidence); ok && e.Quality.OdometerPolicy == r.Odometer.Version {
		r.result.Appraised++
		r.waiting = append(r.waiting, &unexplained{event: e, reading: reading, batch: r.batches})
	}
	if len(r.waiting) > 0 {
		r.explain()
	}
	return nil
}

// learn takes an event into the history, unless it was withdrawn before it came.
func (r *recomputation) learn(e *Event, evidence *Evidence) {
	if standing := StandingOf(e, r.notes, endOfTime); standing.Withdrawn() {
		return
	}
	if reading, ok := e.reading(evidence); ok {
		r.state.Add(reading)
	}
	if signal, ok := e.signal(evidence); ok {
		r.state.AddSignals(signal)
	}
}

// relearn makes the history anew: what was taken in cannot be taken out.
func (r *recomputation) relearn() {
	r.state = adjudication.State{}
	for i, e := range r.known {
		r.learn(e, &r.evidence[i])
	}
}

// explain finds the waiting events whose plausibility follows from what is known.
func (r *recomputation) explain() {
	verdict := r.state.Judge(r.Odometer)
	r.waiting = slices.DeleteFunc(r.waiting, func(w *unexplained) bool {
		a := verdict.Assess(w.reading)
		if w.first == nil {
			w.first = &a
		}
		return plausibility(a) == w.event.Quality.Inputs.Plausibility && a.Reason == w.event.Quality.Reason
	})
	r.expire(func(w *unexplained) bool { return r.batches-w.batch >= maxOvertaken })
}

// expire gives up on waiting events.
func (r *recomputation) expire(hopeless func(*unexplained) bool) {
	r.waiting = slices.DeleteFunc(r.waiting, func(w *unexplained) bool {
		if hopeless(w) {
			r.result.Misjudged = append(r.result.Misjudged, Misjudgement{Event: w.event.ID, Computed: *w.first})
			return true
		}
		return false
	})
}
