package ingest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// shelf keeps a vehicle as a store does: its tail, and its body apart.
type shelf struct {
	stored *ingest.Vehicle
	body   []ingest.KeptReading
	life   []*adjudication.Signal
	// followed counts the transactions that needed the tail alone.
	followed int
}

func (s *shelf) tail() *ingest.Vehicle {
	if s.stored == nil {
		return nil
	}
	v := *s.stored
	v.Readings, v.Awaiting = slices.Clone(v.Readings), slices.Clone(v.Awaiting)
	return &v
}

func (s *shelf) whole() *ingest.Vehicle {
	v := s.tail()
	v.Readings, v.Body, v.Whole = slices.Concat(s.body, v.Readings), len(s.body), true
	content := adjudication.Content{Life: s.life, Levels: [3]int{v.Course.Level()}}
	for i := range v.Readings {
		content.Readings = append(content.Readings, &v.Readings[i].Reading)
	}
	v.History = adjudication.Restore(content)
	return v
}

func (s *shelf) save(v *ingest.Vehicle) {
	switch v.Change {
	case ingest.BodyKept:
	case ingest.BodyExtended:
		s.body = append(s.body, v.Readings[:v.Body]...)
	case ingest.BodyReplaced:
		s.body, s.life = slices.Clone(v.Readings[:v.Body]), v.History.Content().Life
	}
	s.stored = &ingest.Vehicle{
		Passport: v.Passport, Revision: v.Revision + 1, Course: v.Course, Awaiting: v.Awaiting, Readings: slices.Clone(v.Readings[v.Body:]),
		Verdict: adjudication.Result{Policy: v.Verdict.Policy},
	}
}

// write appraises events as a store does, with the tail if that suffices.
func (s *shelf) write(t *rapid.T, a *ingest.Appraiser, events []ingest.Event) ingest.Appraisal {
	draft, err := a.Read(slices.Clone(events))
	if err != nil {
		t.Fatal(err)
	}
	known := ingest.Known{Vehicles: map[uuid.UUID]*ingest.Vehicle{}}
	if v := s.tail(); v != nil {
		known.Vehicles[v.Passport] = v
		if len(draft.Follow(known)) > 0 {
			known.Vehicles[v.Passport] = s.whole()
		} else {
			s.followed++
		}
	}
	appraisal, err := draft.Appraise(known)
	if err != nil {
		t.Fatal(err)
	}
	s.save(appraisal.Vehicles[0])
	return appraisal
}

// history draws the events of a vehicle: most are ordinary, of one member or of several, some come late or are wrong.
func history(t *rapid.T, passport uuid.UUID) (events []ingest.Event) {
	km, at := int64(10_000), now.AddDate(-8, 0, 0)
	members := rapid.SampledFrom([][]string{{"a"}, {"a", "a", "a", "a", "a", "b"}, {"a", "b", "c"}}).Draw(t, "members")
	every := rapid.IntRange(1, 40).Draw(t, "days between")
	odd := rapid.SliceOfN(rapid.IntRange(10, 120), 0, 3).Draw(t, "odd")
	sale := rapid.IntRange(0, 200).Draw(t, "sale")
	for i := range rapid.IntRange(1, 120).Draw(t, "events") {
		at, km = at.AddDate(0, 0, rapid.IntRange(0, every).Draw(t, "days")), km+int64(rapid.IntRange(0, 40*every).Draw(t, "km"))
		e := mileageEvent(rapid.SampledFrom(members).Draw(t, "member"), passport, at, at.Add(time.Hour), km)
		if i == sale {
			e.Type, e.OdometerMetres = "pcc.events.v1.OwnershipChange", nil
		}
		if slices.Contains(odd, i) && i != sale {
			*e.OdometerMetres = rapid.SampledFrom([]int64{0, 300_000_000, *e.OdometerMetres / 2}).Draw(t, "metres")
			e.OccurredAt = at.AddDate(0, 0, -rapid.IntRange(0, 100).Draw(t, "days late"))
		}
		events = append(events, e)
	}
	return events
}

// TestTailAppraisesAsTheWhole appraises each event by the tail if that suffices, and by the whole, and compares what comes of it.
func TestTailAppraisesAsTheWhole(t *testing.T) {
	appraiser := newAppraiser()
	mileages := appraiser.Evidence
	appraiser.Evidence = func(e *ingest.Event) (ingest.Evidence, error) {
		evidence, err := mileages(e)
		if e.OdometerMetres == nil {
			evidence.Signal = &adjudication.Signal{Kind: adjudication.OwnershipChange}
		}
		return evidence, err
	}
	followed, written := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		passport := uuid.New()
		parted, whole := shelf{}, &ingest.Vehicle{Passport: passport, Whole: true}
		for events := range slices.Chunk(history(t, passport), rapid.IntRange(1, 3).Draw(t, "at once")) {
			got := parted.write(t, appraiser, events)
			draft, err := appraiser.Read(slices.Clone(events))
			if err != nil {
				t.Fatal(err)
			}
			want, err := draft.Appraise(ingest.Known{Vehicles: map[uuid.UUID]*ingest.Vehicle{passport: whole}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(said(&want), said(&got)); diff != "" {
				t.Fatalf("the tail differs from the whole (-whole +tail):\n%s", diff)
			}
			if !slices.Equal(parted.whole().Readings, whole.Readings) {
				t.Fatalf("kept in parts %+v\nas a whole %+v", parted.whole().Readings, whole.Readings)
			}
			if kept := whole.History.Content().Life; len(kept) != len(parted.life) {
				t.Fatalf("%d signals are kept in parts, %d as a whole", len(parted.life), len(kept))
			}
			written++
		}
		followed += parted.followed
	})
	if followed < written/4 {
		t.Errorf("the tail sufficed for %d of %d transactions", followed, written)
	}
}

// said is what an appraisal tells others.
func said(a *ingest.Appraisal) (told []any) {
	for i := range a.Events {
		told = append(told, a.Events[i].Quality)
	}
	for i := range a.Marks {
		m := &a.Marks[i]
		told = append(told, ingest.EventOf(m.Reading.EventID), m.Reading.Source, m.Reading.DataKind, m.Outcome, m.Cause)
	}
	v := &a.Vehicles[0].Verdict
	return append(told, v.Verdict, v.Confidence, v.Metres, v.Policy)
}
