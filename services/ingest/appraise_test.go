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

// newAppraiser takes every event with a mileage for one from a garage's system.
func newAppraiser() *ingest.Appraiser {
	return &ingest.Appraiser{
		Quality: quality.DefaultPolicy(), Odometer: adjudication.DefaultPolicy(),
		Evidence: func(e *ingest.Event) (ingest.Evidence, error) {
			evidence := ingest.Evidence{Completeness: quality.One}
			if e.OdometerMetres != nil {
				evidence.Mileage = &ingest.Mileage{RawUnit: adjudication.Kilometre, Provenance: adjudication.GarageSystem}
			}
			return evidence, nil
		},
	}
}

func mileageEvent(member string, passport uuid.UUID, occurred, accepted time.Time, km int64) ingest.Event {
	metres := km * 1000
	policy := quality.DefaultPolicy()
	return ingest.Event{
		ID: uuid.Must(uuid.NewV7()), Member: member, Type: "pcc.events.v1.Service", Passport: passport, OccurredAt: occurred, ReceivedAt: accepted,
		OdometerMetres: &metres, Quality: ingest.BaseQuality(&policy, ingest.ClassGarage),
	}
}

// TestVehicleIsTheSameInAnyOrder appraises a history in batches of any size and order, and compares with the whole at once.
func TestVehicleIsTheSameInAnyOrder(t *testing.T) {
	appraiser := newAppraiser()
	rapid.Check(t, func(t *rapid.T) {
		passport := uuid.New()
		var events []ingest.Event
		km := int64(1000)
		for i := range rapid.IntRange(1, 12).Draw(t, "events") {
			at := now.AddDate(0, i-30, 0)
			km += rapid.Int64Range(-5_000, 12_000).Draw(t, "km")
			events = append(events, mileageEvent(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "member"), passport, at, at.Add(time.Hour), max(km, 1)))
		}
		whole, err := appraiser.Verdict(events, nil, now)
		if err != nil {
			t.Fatal(err)
		}
		vehicles := map[uuid.UUID]*ingest.Vehicle{}
		order := rapid.Permutation(events).Draw(t, "order")
		for len(order) > 0 {
			n := rapid.IntRange(1, len(order)).Draw(t, "batch")
			draft, err := appraiser.Read(order[:n])
			if err != nil {
				t.Fatal(err)
			}
			appraisal, err := draft.Appraise(ingest.Known{Vehicles: vehicles})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range appraisal.Vehicles {
				vehicles[v.Passport] = v
			}
			order = order[n:]
		}
		v := vehicles[passport].Verdict
		if v.Verdict != whole.Verdict || v.Confidence != whole.Confidence || v.Metres != whole.Metres || len(v.Findings) != len(whole.Findings) {
			t.Fatalf("piece by piece %v %d, at once %v %d", v.Verdict, v.Confidence, whole.Verdict, whole.Confidence)
		}
	})
}

// TestEachReadingIsMarkedOnce lets members confirm each other over and over.
func TestEachReadingIsMarkedOnce(t *testing.T) {
	appraiser := newAppraiser()
	passport := uuid.New()
	vehicles, seen := map[uuid.UUID]*ingest.Vehicle{}, map[string]bool{}
	for i := range 20 {
		at := now.AddDate(0, i-30, 0)
		draft, err := appraiser.Read([]ingest.Event{mileageEvent([]string{"a", "b"}[i%2], passport, at, at, int64(10_000+1000*i))})
		if err != nil {
			t.Fatal(err)
		}
		appraisal, err := draft.Appraise(ingest.Known{Vehicles: vehicles})
		if err != nil {
			t.Fatal(err)
		}
		vehicles[passport] = appraisal.Vehicles[0]
		for _, m := range appraisal.Marks {
			if seen[m.Reading.EventID] || m.Outcome != quality.Confirmed || m.Reading.DataKind != quality.Repair {
				t.Errorf("mark %+v", m)
			}
			seen[m.Reading.EventID] = true
		}
	}
	if len(seen) != 19 {
		t.Errorf("%d readings are confirmed, want all but the last", len(seen))
	}
}

// TestQualityHasItsInputs recomputes an index from what the event then carries.
func TestQualityHasItsInputs(t *testing.T) {
	appraiser := newAppraiser()
	e := mileageEvent("a", uuid.New(), now.Add(-48*time.Hour), now, 10_000)
	draft, err := appraiser.Read([]ingest.Event{e})
	if err != nil {
		t.Fatal(err)
	}
	known := map[ingest.Subject]quality.Reputation{
		{Member: "a", Kind: quality.Repair}: {Confirmations: 4 * quality.One, Refutations: quality.One, Marks: 5, Day: now.Unix()/86400 - 365},
	}
	appraisal, err := draft.Appraise(ingest.Known{Reputations: known})
	if err != nil {
		t.Fatal(err)
	}
	q := appraisal.Events[0].Quality
	in := q.Inputs
	if in.Confirmations != 2*quality.One || in.Refutations != quality.One/2 || q.Marks != 5 || in.Delay != 48*time.Hour || in.Kind != quality.Repair ||
		in.Provenance != 800_000 || q.OdometerPolicy == "" || q.Policy != appraiser.Quality.Version {
		t.Errorf("quality %+v", q)
	}
	if again := appraiser.Quality.Score(in); again.Index != q.Index || q.Index == 0 {
		t.Errorf("index %d, computed again %d", q.Index, again.Index)
	}
}

func TestDataKinds(t *testing.T) {
	for eventType, want := range map[string]quality.Kind{
		"pcc.events.v1.Inspection": quality.Odometer, "pcc.events.v1.Repair": quality.Repair, "pcc.events.v1.Theft": quality.Incident,
		"pcc.events.v1.Import": quality.Register, "": quality.Register,
	} {
		if got := ingest.DataKind(eventType); got != want {
			t.Errorf("%s is %s, want %s", eventType, got, want)
		}
	}
}

// TestConsequencesOfCorrections corrects a reading that was refuted before: in time, and late.
func TestConsequencesOfCorrections(t *testing.T) {
	appraiser := newAppraiser()
	appraiser.Evidence = func(e *ingest.Event) (ingest.Evidence, error) {
		if e.OdometerMetres == nil {
			return ingest.Evidence{Note: &ingest.Note{Kind: ingest.Correction, Target: "wrong"}}, nil
		}
		return newAppraiser().Evidence(e)
	}
	passport := uuid.New()
	wrong := mileageEvent("hasty", passport, now.AddDate(0, -1, 0), now, 990_000)
	wrong.Key = ingest.Key{Source: "/members/hasty/x", EventID: "wrong"}
	refuted := map[quality.Outcome]int64{quality.Refuted: 20_000}
	for name, c := range map[string]struct {
		after  time.Duration
		marked map[quality.Outcome]int64
		want   []quality.Outcome
	}{
		"in time":                   {day, nil, nil},
		"in time, after refutation": {day, refuted, []quality.Outcome{quality.Forgiven}},
		"in time, forgiven before":  {day, map[quality.Outcome]int64{quality.Refuted: 1, quality.Forgiven: 2}, nil},
		"late":                      {6 * day, nil, []quality.Outcome{quality.Refuted}},
		"late, after refutation":    {6 * day, refuted, nil},
	} {
		fix := ingest.Event{
			ID: uuid.New(), Member: "hasty", Key: ingest.Key{Source: wrong.Source, EventID: "fix"}, Passport: passport,
			Type: "pcc.events.v1.Correction", OccurredAt: now.Add(c.after), ReceivedAt: now.Add(c.after),
		}
		draft, err := appraiser.Read([]ingest.Event{fix})
		if err != nil {
			t.Fatal(err)
		}
		past := &ingest.Past{Events: []ingest.Event{wrong}, Marks: map[uuid.UUID]map[quality.Outcome]int64{wrong.ID: c.marked}}
		appraisal, err := draft.Appraise(ingest.Known{Pasts: map[uuid.UUID]*ingest.Past{passport: past}})
		if err != nil {
			t.Fatal(err)
		}
		var got []quality.Outcome
		for _, m := range appraisal.Marks {
			got = append(got, m.Outcome)
			if m.Cause != fix.ID || ingest.EventOf(m.Reading.EventID) != wrong.ID || m.Outcome == quality.Forgiven && m.ForgivenDay != 20_000 {
				t.Errorf("%s: mark %+v", name, m)
			}
		}
		if !slices.Equal(got, c.want) || len(appraisal.Vehicles) != 1 || len(appraisal.Vehicles[0].Readings) != 0 {
			t.Errorf("%s: marks %v, want %v; vehicle %+v", name, got, c.want, appraisal.Vehicles[0].Readings)
		}
	}
}

// TestWhatTookItBackFirstDecides has an event both corrected in time and disputed with success.
func TestWhatTookItBackFirstDecides(t *testing.T) {
	wrong := noted
	wrong.Passport = uuid.New()
	for name, c := range map[string]struct {
		corrected, upheld time.Duration
		want              int
	}{
		"corrected, then upheld": {day, 2 * day, 0},
		"upheld, then corrected": {3 * day, 2 * day, 1},
	} {
		opened, correction := objection(time.Hour), correction(c.corrected)
		appraiser := newAppraiser()
		appraiser.Evidence = func(*ingest.Event) (ingest.Evidence, error) {
			return ingest.Evidence{Note: &ingest.Note{Kind: ingest.Resolution, Target: opened.Event.String(), Upheld: true}}, nil
		}
		end := ingest.Event{
			ID: uuid.New(), Member: "police", Passport: wrong.Passport, Type: "pcc.events.v1.DisputeResolved", ReceivedAt: now.Add(c.upheld),
			Quality: ingest.Quality{Class: ingest.ClassAuthority},
		}
		draft, err := appraiser.Read([]ingest.Event{end})
		if err != nil {
			t.Fatal(err)
		}
		past := &ingest.Past{Events: []ingest.Event{wrong}, Notes: []ingest.Note{opened, correction}}
		appraisal, err := draft.Appraise(ingest.Known{Pasts: map[uuid.UUID]*ingest.Past{wrong.Passport: past}})
		if err != nil || len(appraisal.Marks) != c.want || c.want == 1 && appraisal.Marks[0].Outcome != quality.Refuted {
			t.Errorf("%s: marks %v, %v", name, appraisal.Marks, err)
		}
	}
}

// TestLongHistoriesStayBounded sends more than a vehicle keeps, in any order; readings and assessments stay side by side.
func TestLongHistoriesStayBounded(t *testing.T) {
	appraiser := newAppraiser()
	rapid.Check(t, func(t *rapid.T) {
		passport := uuid.New()
		vehicles := map[uuid.UUID]*ingest.Vehicle{}
		for range 40 {
			var events []ingest.Event
			for range 15 {
				minutes := rapid.IntRange(0, 400*24*60).Draw(t, "minute")
				at := now.Add(-time.Duration(minutes) * time.Minute)
				member := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "member")
				events = append(events, mileageEvent(member, passport, at, at, int64(100_000-minutes/60)))
			}
			draft, err := appraiser.Read(events)
			if err != nil {
				t.Fatal(err)
			}
			appraisal, err := draft.Appraise(ingest.Known{Vehicles: vehicles})
			if err != nil {
				t.Fatal(err)
			}
			v := appraisal.Vehicles[0]
			vehicles[passport] = v
			if len(v.Readings) != len(v.Verdict.Assessments) || len(v.Readings) > adjudication.MaxReadings {
				t.Fatalf("%d readings, %d assessments", len(v.Readings), len(v.Verdict.Assessments))
			}
			for i, a := range v.Verdict.Assessments {
				if v.Readings[i].EventID != a.EventID || v.Readings[i].Source == "" {
					t.Fatalf("reading %d is %+v, its assessment is of %s", i, v.Readings[i], a.EventID)
				}
			}
		}
	})
}
