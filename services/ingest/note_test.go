package ingest_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest"
)

const day = 24 * time.Hour

var noted = ingest.Event{
	ID: uuid.MustParse("0199e9d4-0000-7000-8000-000000000001"), Member: "garage", ReceivedAt: now,
	Key: ingest.Key{Source: "/members/garage/x", EventID: "e"},
}

func correction(after time.Duration) ingest.Note {
	return ingest.Note{Event: uuid.New(), Member: "garage", Source: noted.Source, Kind: ingest.Correction, Target: "e", NotedAt: now.Add(after)}
}

func objection(after time.Duration) ingest.Note {
	return ingest.Note{Event: uuid.New(), Member: "insurer", Kind: ingest.Objection, Target: noted.ID.String(), NotedAt: now.Add(after)}
}

func resolution(of ingest.Note, member string, upheld bool, after time.Duration) ingest.Note {
	return ingest.Note{Event: uuid.New(), Member: member, Kind: ingest.Resolution, Target: of.Event.String(), Upheld: upheld, NotedAt: now.Add(after)}
}

func TestCorrections(t *testing.T) {
	foreign, other := correction(day), correction(day)
	foreign.Source, other.Target = "/members/garage/y", "another"
	for name, c := range map[string]struct {
		notes             []ingest.Note
		at                time.Duration
		withdrawn, inTime bool
	}{
		"none":                {nil, 9 * day, false, false},
		"at once":             {[]ingest.Note{correction(time.Second)}, 9 * day, true, true},
		"on the fifth day":    {[]ingest.Note{correction(5 * day)}, 9 * day, true, true},
		"late":                {[]ingest.Note{correction(5*day + 1)}, 9 * day, true, false},
		"twice":               {[]ingest.Note{correction(7 * day), correction(day)}, 9 * day, true, true},
		"before it was known": {[]ingest.Note{correction(day)}, day - 1, false, false},
		"of another source":   {[]ingest.Note{foreign}, 9 * day, false, false},
		"of another event":    {[]ingest.Note{other}, 9 * day, false, false},
	} {
		s := ingest.StandingOf(&noted, c.notes, now.Add(c.at))
		if s.Withdrawn() != c.withdrawn || s.InTime != c.inTime || s.Disputed() {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestStandingDependsOnNoOrder shuffles notes.
func TestStandingDependsOnNoOrder(t *testing.T) {
	first, second := objection(day), objection(2*day)
	notes := []ingest.Note{
		first, second, correction(8 * day), correction(4 * day), correction(4 * day), resolution(first, "insurer", false, 5*day),
		resolution(second, "garage", true, 6*day), ruling(second, "police", false, 6*day), resolution(second, "insurer", false, 7*day),
	}
	want := ingest.StandingOf(&noted, notes, now.Add(9*day))
	rapid.Check(t, func(t *rapid.T) {
		if got := ingest.StandingOf(&noted, rapid.Permutation(notes).Draw(t, "notes"), now.Add(9*day)); !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}
