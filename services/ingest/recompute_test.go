package ingest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// desk keeps one passport as the writer does: its vehicle, and its history for when that has to be read again.
type desk struct {
	appraiser *ingest.Appraiser
	vehicle   *ingest.Vehicle
	past      ingest.Past
	// said has what the contents of the events say about others.
	said map[uuid.UUID]*ingest.Note
}

func newDesk(passport uuid.UUID) *desk {
	d := &desk{
		appraiser: newAppraiser(), vehicle: &ingest.Vehicle{Passport: passport, Whole: true},
		past: ingest.Past{Marks: map[uuid.UUID]map[quality.Outcome]int64{}}, said: map[uuid.UUID]*ingest.Note{},
	}
	mileages := d.appraiser.Evidence
	d.appraiser.Evidence = func(e *ingest.Event) (ingest.Evidence, error) {
		evidence, err := mileages(e)
		evidence.Note = d.said[e.ID]
		if e.Type == "pcc.events.v1.OwnershipChange" {
			evidence.Signal = &adjudication.Signal{Kind: adjudication.OwnershipChange}
		}
		return evidence, err
	}
	return d
}

// write appraises events in one transaction.
func (d *desk) write(t *rapid.T, events []ingest.Event) {
	draft, err := d.appraiser.Read(slices.Clone(events))
	if err != nil {
		t.Fatal(err)
	}
	known := ingest.Known{Vehicles: map[uuid.UUID]*ingest.Vehicle{d.vehicle.Passport: d.vehicle}}
	keys, _ := draft.Correctable()
	corrected := slices.ContainsFunc(d.past.Notes, func(n ingest.Note) bool {
		return n.Kind == ingest.Correction && slices.Contains(keys, ingest.Key{Source: n.Source, EventID: n.Target})
	})
	if corrected || len(draft.Noted()) > 0 {
		known.Pasts = map[uuid.UUID]*ingest.Past{d.vehicle.Passport: &d.past}
	}
	appraisal, err := draft.Appraise(known)
	if err != nil {
		t.Fatal(err)
	}
	d.past.Events, d.past.Notes = append(d.past.Events, appraisal.Events...), append(d.past.Notes, appraisal.Notes...)
	for _, m := range appraisal.Marks {
		event := ingest.EventOf(m.Reading.EventID)
		if d.past.Marks[event] == nil {
			d.past.Marks[event] = map[quality.Outcome]int64{}
		}
		d.past.Marks[event][m.Outcome] = 0
	}
}

// early is the id that sources give to events that may be corrected before they come.
const early = "early"

// contested draws the batches of a vehicle's history: most mileages go on, some are wrong, and some are corrected, sometimes before
// they come, or disputed.
func (d *desk) contested(t *rapid.T) (batches [][]ingest.Event) {
	km, at := int64(10_000), now.AddDate(-5, 0, 0)
	var targets []ingest.Event
	for range rapid.IntRange(1, 40).Draw(t, "batches") {
		at = at.AddDate(0, 0, rapid.IntRange(1, 40).Draw(t, "days"))
		var batch []ingest.Event
		for range rapid.IntRange(1, 3).Draw(t, "events") {
			km += int64(rapid.IntRange(0, 1500).Draw(t, "km"))
			e := mileageEvent(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "member"), d.vehicle.Passport, at, at.Add(time.Hour), km)
			e.Source, e.EventID = "/members/"+e.Member, e.ID.String()
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				*e.OdometerMetres = rapid.SampledFrom([]int64{0, 300_000_000, *e.OdometerMetres / 2}).Draw(t, "metres")
			case 1:
				e.Type, e.OdometerMetres = "pcc.events.v1.OwnershipChange", nil
			case 2:
				e.EventID = early
			case 3:
				if len(targets) > 0 {
					d.note(t, &e, targets)
				}
			}
			batch, targets = append(batch, e), append(targets, e)
		}
		batches = append(batches, batch)
	}
	return batches
}

// note makes an event one that says something about another.
func (d *desk) note(t *rapid.T, e *ingest.Event, targets []ingest.Event) {
	about := rapid.SampledFrom(targets).Draw(t, "about")
	e.OdometerMetres = nil
	switch n := d.said[about.ID]; {
	case n != nil && n.Kind == ingest.Objection:
		e.Type = "pcc.events.v1.DisputeResolved"
		d.said[e.ID] = &ingest.Note{Kind: ingest.Resolution, Target: about.ID.String(), Upheld: rapid.Bool().Draw(t, "upheld")}
	case rapid.IntRange(0, 3).Draw(t, "early") == 0: // about an event to come
		e.Type = "pcc.events.v1.Correction"
		d.said[e.ID] = &ingest.Note{Kind: ingest.Correction, Target: early}
	case rapid.Bool().Draw(t, "dispute"):
		e.Type = "pcc.events.v1.DisputeOpened"
		d.said[e.ID] = &ingest.Note{Kind: ingest.Objection, Target: about.ID.String()}
	default:
		e.Type, e.Member, e.Source = "pcc.events.v1.Correction", about.Member, about.Source
		d.said[e.ID] = &ingest.Note{Kind: ingest.Correction, Target: about.EventID}
	}
}

// TestAHistoryIsRecomputed has histories written in transactions of any number of batches. Whoever has all the events, and nothing
// else, computes the same verdict and the same plausibilities, and finds the one that was changed.
func TestAHistoryIsRecomputed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDesk(uuid.New())
		batches := d.contested(t)
		for len(batches) > 0 {
			n := rapid.IntRange(1, min(3, len(batches))).Draw(t, "together")
			d.write(t, slices.Concat(batches[:n]...))
			batches = batches[n:]
		}
		all := slices.Clone(d.past.Events)
		slices.Reverse(all)
		again, err := d.appraiser.Recompute(all)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Misjudged) > 0 {
			t.Fatalf("misjudged %v", again.Misjudged)
		}
		whole, err := d.appraiser.Verdict(all, d.past.Notes, now)
		if err != nil {
			t.Fatal(err)
		}
		kept := d.vehicle.Verdict
		for _, v := range []*adjudication.Result{&whole, &kept} {
			if v.Verdict != again.Verdict.Verdict || v.Confidence != again.Verdict.Confidence || v.Metres != again.Verdict.Metres ||
				len(v.Findings) != len(again.Verdict.Findings) {
				t.Fatalf("%s %d, computed anew %s %d", v.Verdict, v.Confidence, again.Verdict.Verdict, again.Verdict.Confidence)
			}
		}
		if again.Appraised == 0 {
			return
		}
		forged := &all[slices.IndexFunc(all, func(e ingest.Event) bool { return e.OdometerMetres != nil })]
		forged.Quality.Inputs.Plausibility = 123_000 // no reading is worth this
		if again, err = d.appraiser.Recompute(all); err != nil || len(again.Misjudged) != 1 || again.Misjudged[0].Event != forged.ID {
			t.Fatalf("%v, misjudged %v, want %s", err, again.Misjudged, forged.ID)
		}
	})
}
