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
	// news is what they say of vehicles, also nothing but a note; passports are those, in order. places has the place of each
	// event's reading in the news.
	news      map[uuid.UUID]*news
	passports []uuid.UUID
	places    []int
	// followed has the marks of the vehicles that are judged.
	followed map[uuid.UUID][]Mark
}

// Read reads the content of new events. Its error is of an event that no check can have let through.
func (a *Appraiser) Read(events []Event) (*Draft, error) {
	d := &Draft{
		appraiser: a, events: events, evidence: make([]Evidence, len(events)), news: make(map[uuid.UUID]*news, len(events)),
		followed: make(map[uuid.UUID][]Mark, len(events)), places: make([]int, len(events)),
	}
	for i := range events {
		e := &events[i]
		var err error
		if d.evidence[i], err = a.Evidence(e); err != nil {
			return nil, &PoisonError{Cause: err}
		}
		e.Quality.Inputs.BaseRate = BaseRate(&a.Quality, e.Quality.Inputs.BaseRate, d.evidence[i].Provenance())
		d.places[i] = d.take(e, &d.evidence[i])
	}
	d.passports = slices.SortedFunc(maps.Keys(d.news), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return d, nil
}

// noReading is the place of an event without a reading.
const noReading = -1

// take adds to the news of the event's vehicle, and returns the place of its reading there.
func (d *Draft) take(e *Event, evidence *Evidence) (place int) {
	place = noReading
	if evidence.Mileage == nil && evidence.Signal == nil && evidence.Note == nil {
		return place
	}
	n := d.news[e.Passport]
	if n == nil {
		n = &news{}
		d.news[e.Passport] = n
	}
	if r, ok := e.reading(evidence); ok {
		place = len(n.readings)
		n.readings = append(n.readings, KeptReading{Reading: r, DataKind: DataKind(e.Type), news: e.ID})
	}
	if s, ok := e.signal(evidence); ok {
		n.signals = append(n.signals, s)
	}
	return place
}

// Passports are those whose vehicles the events tell something of, in order.
func (d *Draft) Passports() []uuid.UUID { return d.passports }

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
	// Vehicles are those of Passports; they are changed. Each is whole, or Follow has judged it, or it has a past.
	Vehicles map[uuid.UUID]*Vehicle
	// Reputations are of Members.
	Reputations map[Subject]quality.Reputation
	// Pasts are of the passports whose history has to be read again, because what is said about its events changes, or because
	// what was kept of the vehicle cannot be read.
	Pasts map[uuid.UUID]*Past
}

// Follow judges those of the vehicles that their tails suffice for, and returns the passports of those that have to be read as a
// whole before Appraise.
func (d *Draft) Follow(known Known) (rest []uuid.UUID) {
	for _, passport := range d.passports {
		v := known.Vehicles[passport]
		if v == nil || v.Whole || known.Pasts[passport] != nil {
			continue
		}
		if marks, ok := v.follow(&d.appraiser.Odometer, d.news[passport]); ok {
			d.followed[passport] = marks
		} else {
			rest = append(rest, passport)
		}
	}
	return rest
}

// Appraise judges the events. Those that come in one transaction are judged together, each vehicle once. Its error is of an
// event of the past that cannot be read.
func (d *Draft) Appraise(known Known) (Appraisal, error) {
	appraisal := Appraisal{Events: d.events, Notes: d.notes(), Vehicles: make([]*Vehicle, 0, len(d.passports))}
	for _, passport := range d.passports {
		v := known.Vehicles[passport]
		if v == nil {
			v = &Vehicle{Passport: passport}
		}
		marks, followed := d.followed[passport]
		if !followed {
			var err error
			if marks, err = d.learn(v, known.Pasts[passport]); err != nil {
				return Appraisal{}, err
			}
		}
		appraisal.Vehicles, appraisal.Marks = append(appraisal.Vehicles, v), append(appraisal.Marks, marks...)
	}
	for i := range d.events {
		d.score(i, known.Reputations)
	}
	return appraisal, nil
}

// learn judges a whole vehicle, or makes it anew from its past if there is one.
func (d *Draft) learn(v *Vehicle, past *Past) (marks []Mark, err error) {
	n := d.news[v.Passport]
	if past == nil {
		marks = v.learn(&d.appraiser.Odometer, n)
	} else if marks, err = d.relearn(v, past); err != nil {
		return nil, err
	}
	n.assess(&v.Verdict)
	return marks, nil
}

// score computes the quality of one event.
func (d *Draft) score(i int, reputations map[Subject]quality.Reputation) {
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
	if place := d.places[i]; place != noReading {
		a := d.news[e.Passport].assessed[place]
		q.Inputs.Plausibility, q.Reason, q.OdometerPolicy = plausibility(a), a.Reason, d.appraiser.Odometer.Version
	}
	q.Index = policy.Score(q.Inputs).Index
}

func plausibility(a adjudication.Assessment) quality.Millionths {
	const thousandth = quality.One / 1000
	return quality.Millionths(a.Plausibility) * thousandth
}
