package ingest

import (
	"bytes"
	"cmp"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Appraiser judges new events by what is known of their vehicles and sources.
type Appraiser struct {
	Quality  quality.Policy
	Odometer adjudication.Policy
	// Evidence reads an event's content.
	Evidence func(e *Event) (Evidence, error)
}

// Subject is whose reputation, for which kind of data.
type Subject struct {
	Member string
	Kind   quality.Kind
}

func compareSubjects(a, b Subject) int {
	return cmp.Or(cmp.Compare(a.Member, b.Member), cmp.Compare(a.Kind, b.Kind))
}

// Draft is new events under way to their appraisal.
type Draft struct {
	appraiser *Appraiser
	events    []Event
	evidence  []Evidence
}

// Read reads the content of new events. Its error is of an event that no check can have let through.
func (a *Appraiser) Read(events []Event) (*Draft, error) {
	d := &Draft{appraiser: a, events: events, evidence: make([]Evidence, len(events))}
	for i := range events {
		e := &events[i]
		var err error
		if d.evidence[i], err = a.Evidence(e); err != nil {
			return nil, &PoisonError{Cause: err}
		}
		e.Quality.Inputs.BaseRate = BaseRate(&a.Quality, e.Quality.Inputs.BaseRate, d.evidence[i].Provenance())
	}
	return d, nil
}

// Passports are those whose vehicles the events tell something of, in order.
func (d *Draft) Passports() []uuid.UUID {
	seen := map[uuid.UUID]bool{}
	for i := range d.events {
		if d.evidence[i].Mileage != nil || d.evidence[i].Signal != nil || d.evidence[i].Note != nil {
			seen[d.events[i].Passport] = true
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
}

// Members are those that sent the events, in order.
func (d *Draft) Members() []string {
	seen := map[string]bool{}
	for i := range d.events {
		seen[d.events[i].Member] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// Appraisal is what new events come to.
type Appraisal struct {
	// Events have their quality.
	Events []Event
	// Vehicles are those that changed, by passport.
	Vehicles []*Vehicle
	// Marks are in the order of their vehicles.
	Marks []Mark
	// Notes are what the events say about others.
	Notes []Note
}

// Known is what is known before new events.
type Known struct {
	// Vehicles are those of Passports; they are changed.
	Vehicles map[uuid.UUID]*Vehicle
	// Reputations are of Members.
	Reputations map[Subject]quality.Reputation
	// Pasts are of the passports whose history has to be read again, because what is said about its events changes, or because
	// what was kept of the vehicle cannot be read.
	Pasts map[uuid.UUID]*Past
}

// Appraise judges the events. Those that come in one transaction are judged together, each vehicle once. Its error is of an
// event of the past that cannot be read.
func (d *Draft) Appraise(known Known) (Appraisal, error) {
	readings, signals := d.byPassport()
	appraisal := Appraisal{Events: d.events, Notes: d.notes()}
	judged := make(map[uuid.UUID]*Vehicle)
	for _, passport := range d.Passports() {
		v := known.Vehicles[passport]
		if v == nil {
			v = &Vehicle{Passport: passport}
		}
		if past := known.Pasts[passport]; past == nil {
			v.learn(d.appraiser.Odometer, readings[passport], signals[passport])
		} else {
			marks, err := d.relearn(v, past)
			if err != nil {
				return Appraisal{}, err
			}
			appraisal.Marks = append(appraisal.Marks, marks...)
		}
		judged[passport] = v
		appraisal.Vehicles = append(appraisal.Vehicles, v)
		appraisal.Marks = append(appraisal.Marks, v.settle(d.appraiser.Odometer.Tolerance)...)
	}
	for i := range d.events {
		d.score(i, judged[d.events[i].Passport], known.Reputations)
	}
	return appraisal, nil
}

func (d *Draft) byPassport() (readings map[uuid.UUID][]KeptReading, signals map[uuid.UUID][]adjudication.Signal) {
	readings, signals = map[uuid.UUID][]KeptReading{}, map[uuid.UUID][]adjudication.Signal{}
	for i := range d.events {
		e := &d.events[i]
		if r, ok := e.reading(&d.evidence[i]); ok {
			readings[e.Passport] = append(readings[e.Passport], KeptReading{Reading: r, DataKind: DataKind(e.Type), news: e.ID})
		}
		if s, ok := e.signal(&d.evidence[i]); ok {
			signals[e.Passport] = append(signals[e.Passport], s)
		}
	}
	return readings, signals
}

// score computes the quality of one event.
func (d *Draft) score(i int, v *Vehicle, reputations map[Subject]quality.Reputation) {
	e, policy := &d.events[i], &d.appraiser.Quality
	q := &e.Quality
	q.Policy = policy.Version
	q.Inputs.Kind = DataKind(e.Type)
	reputation := policy.Aged(reputations[Subject{Member: e.Member, Kind: q.Inputs.Kind}], dayOf(e.ReceivedAt))
	q.Inputs.Confirmations, q.Inputs.Refutations, q.Marks = reputation.Confirmations, reputation.Refutations, reputation.Marks
	q.Inputs.Provenance = policy.ProvenanceWorth(d.evidence[i].Provenance())
	q.Inputs.Completeness = d.evidence[i].Completeness
	q.Inputs.Delay = max(e.ReceivedAt.Sub(e.OccurredAt), 0).Truncate(clockStep)
	q.Inputs.Plausibility = policy.Unjudged
	if r, ok := e.reading(&d.evidence[i]); ok && v != nil {
		a := v.Verdict.Assess(r)
		q.Inputs.Plausibility, q.Reason, q.OdometerPolicy = plausibility(a), a.Reason, v.Verdict.Policy
	}
	q.Index = policy.Score(q.Inputs).Index
}

func plausibility(a adjudication.Assessment) quality.Millionths {
	const thousandth = quality.One / 1000
	return quality.Millionths(a.Plausibility) * thousandth
}
