package ingest

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// recentMarks is how many marks of each outcome an explanation shows.
const recentMarks = 3

// Explanation is an index with what makes it.
type Explanation struct {
	Quality       Quality
	Score         quality.Score
	Contributions []quality.Contribution
}

// EventQuality is the quality of an event then and now.
type EventQuality struct {
	AtIngest, Now Explanation
	Recent        []RecentMark
}

// EventQuality explains the quality of an event of a member. Error: ErrEventNotFound.
func (s *Service) EventQuality(ctx context.Context, member string, passport, id uuid.UUID) (EventQuality, error) {
	e, err := s.store.Event(ctx, member, passport, id)
	if err != nil {
		return EventQuality{}, err
	}
	subject := Subject{Member: member, Kind: DataKind(e.Type)}
	q := EventQuality{AtIngest: s.appraiser.explain(e.Quality)}
	if q.Recent, err = s.store.RecentMarks(ctx, subject, recentMarks); err != nil {
		return EventQuality{}, err
	}
	reputation, err := s.store.Reputation(ctx, subject)
	if err != nil {
		return EventQuality{}, err
	}
	vehicle, err := s.store.Vehicle(ctx, passport)
	if err != nil {
		return EventQuality{}, err
	}
	notes, err := s.store.Notes(ctx, passport)
	if err != nil {
		return EventQuality{}, err
	}
	standing := StandingOf(&e, notes, s.now())
	e.Quality.Inputs.Withdrawn = standing.Withdrawn()
	now, err := s.appraiser.Reappraise(&e, vehicle, reputation, s.now())
	q.Now = s.appraiser.explain(now)
	return q, err
}

func (a *Appraiser) explain(q Quality) Explanation {
	return Explanation{Quality: q, Score: a.Quality.Score(q.Inputs), Contributions: a.Quality.Explain(q.Inputs)}
}

// Reappraise returns the quality that an event has with what is known at a time: the reputation of its source, and its
// vehicle, nil when nothing is known of it. What the event itself is, and how late it was, stays.
func (a *Appraiser) Reappraise(e *Event, v *Vehicle, r quality.Reputation, at time.Time) (Quality, error) {
	evidence, err := a.Evidence(e)
	if err != nil {
		return Quality{}, err
	}
	q := e.Quality
	r = a.Quality.Aged(r, dayOf(at))
	q.Policy, q.Marks = a.Quality.Version, r.Marks
	q.Inputs.Confirmations, q.Inputs.Refutations = r.Confirmations, r.Refutations
	q.Inputs.Provenance = a.Quality.ProvenanceWorth(evidence.Provenance())
	if reading, ok := e.reading(&evidence); ok && v != nil {
		verdict := v.History.Judge(a.Odometer)
		v.Verdict = verdict
		assessment := verdict.Assess(reading)
		q.Inputs.Plausibility, q.Reason, q.OdometerPolicy = plausibility(assessment), assessment.Reason, verdict.Policy
		if assessment.Reason == "" {
			q.Inputs.Corroborators = v.corroborators(&KeptReading{Reading: reading}, a.Odometer.Tolerance)
		}
	}
	q.Index = a.Quality.Score(q.Inputs).Index
	return q, nil
}

// Verdict adjudicates the mileages of a history, without the events that were withdrawn by the notes known at a time.
func (a *Appraiser) Verdict(history []Event, notes []Note, at time.Time) (adjudication.Result, error) {
	var readings []adjudication.Reading
	var signals []adjudication.Signal
	for i := range history {
		if standing := StandingOf(&history[i], notes, at); standing.Withdrawn() {
			continue
		}
		evidence, err := a.Evidence(&history[i])
		if err != nil {
			return adjudication.Result{}, err
		}
		if r, ok := history[i].reading(&evidence); ok {
			readings = append(readings, r)
		}
		if s, ok := history[i].signal(&evidence); ok {
			signals = append(signals, s)
		}
	}
	return adjudication.Full(a.Odometer, readings, signals), nil
}

// OwnVerdict adjudicates a passport's mileages by the events of one member. Error: ErrReportTooLarge.
func (s *Service) OwnVerdict(ctx context.Context, member string, passport uuid.UUID) (adjudication.Result, error) {
	history, err := s.store.OwnHistory(ctx, member, passport)
	if err != nil {
		return adjudication.Result{}, err
	}
	notes, err := s.store.Notes(ctx, passport)
	if err != nil {
		return adjudication.Result{}, err
	}
	return s.appraiser.Verdict(history, notes, s.now())
}

// PassportVerdict adjudicates a passport's mileages by the events of all members that were accepted by a
// time, zero for now. Error: ErrReportTooLarge.
func (s *Service) PassportVerdict(ctx context.Context, passport uuid.UUID, asOf time.Time) (adjudication.Result, error) {
	if asOf.IsZero() {
		asOf = s.now()
	}
	history, err := s.store.History(ctx, passport, asOf)
	if err != nil {
		return adjudication.Result{}, err
	}
	notes, err := s.store.Notes(ctx, passport)
	if err != nil {
		return adjudication.Result{}, err
	}
	return s.appraiser.Verdict(history, notes, asOf)
}
