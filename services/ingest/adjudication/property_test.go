package adjudication_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// drivenReadings are of a vehicle that nobody lies about: each at least as high as the one before, driven at an ordinary
// rate.
func drivenReadings(t *rapid.T) []adjudication.Reading {
	readings := make([]adjudication.Reading, rapid.IntRange(2, 40).Draw(t, "readings"))
	days, km := 0, rapid.Int64Range(1_000, 100_000).Draw(t, "first km")
	for i := range readings {
		readings[i] = reading(i, days*24, km, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "source"))
		step := rapid.IntRange(20, 700).Draw(t, "days")
		days += step
		km += rapid.Int64Range(10, int64(step)*30).Draw(t, "km") // never as far as 999,999 km, which devices send for none
	}
	return readings
}

func TestWhatIsDrivenIsNeverARollback(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		readings := drivenReadings(t)
		before := adjudication.Full(adjudication.DefaultPolicy(), readings, nil)
		if before.Verdict >= adjudication.RollbackSuspected {
			t.Fatalf("%v: %+v", before.Verdict, before.Findings)
		}
		// One more reading between two others changes nothing for the worse.
		i := rapid.IntRange(1, len(readings)-1).Draw(t, "place")
		a, b := readings[i-1], readings[i]
		between := b
		between.EventID = "between"
		between.OccurredAt = a.OccurredAt.Add(b.OccurredAt.Sub(a.OccurredAt) / 2)
		between.Metres = (a.Metres + b.Metres) / 2
		after := adjudication.Full(adjudication.DefaultPolicy(), append(readings, between), nil)
		if before.Verdict == adjudication.Consistent && after.Verdict != adjudication.Consistent {
			t.Fatalf("a reading that fits made it %v: %+v", after.Verdict, after.Findings)
		}
	})
}

// Whatever is read, a rollback is called only where a reading is lower than one before it by more than nobody bothers
// about, and established only by two entities on each side.
func TestRollbackHasEvidence(t *testing.T) {
	policy := adjudication.DefaultPolicy()
	rapid.Check(t, func(t *rapid.T) {
		readings := anyReadings(t)
		byID := map[string]adjudication.Reading{}
		for _, r := range readings {
			byID[r.EventID] = r
		}
		for _, f := range adjudication.Full(policy, readings, nil).Findings {
			if f.Verdict < adjudication.RollbackSuspected {
				continue
			}
			sources, least, drop := map[string]bool{}, int64(0), int64(0)
			for _, id := range slices.Backward(f.Evidence) {
				r := byID[id]
				sources[r.Source] = true
				if least == 0 || r.Metres < least {
					least = r.Metres
				}
				drop = max(drop, r.Metres-least)
			}
			if f.Missing < policy.Evidence.LeastDrop {
				t.Fatalf("only %d m are missing: %+v", f.Missing, f)
			}
			if f.Verdict == adjudication.RollbackEstablished && len(sources) < 2 {
				t.Fatalf("established by one entity: %+v", f)
			}
		}
	})
}

// Names of sources and ids, and the day on which history begins, mean nothing. 2^9 days are the longest time that a
// State thins by, so that its selection moves with them.
func TestVerdictDependsOnNothingIncidental(t *testing.T) {
	policy := adjudication.DefaultPolicy()
	rapid.Check(t, func(t *rapid.T) {
		readings := anyReadings(t)
		shift := time.Duration(rapid.IntRange(-3, 3).Draw(t, "shift")) * 512 * 24 * time.Hour
		moved := make([]adjudication.Reading, len(readings))
		for i, r := range readings {
			r.Source, r.EventID = "entity of "+r.Source, "event "+r.EventID
			r.OccurredAt, r.AcceptedAt = r.OccurredAt.Add(shift), r.AcceptedAt.Add(shift)
			moved[i] = r
		}
		got, want := adjudication.Full(policy, moved, nil), adjudication.Full(policy, readings, nil)
		ignore := cmpopts.IgnoreFields(adjudication.Finding{}, "Evidence")
		if diff := cmp.Diff(want.Findings, got.Findings, ignore, cmpopts.IgnoreUnexported(adjudication.Finding{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

// All sources trusted twice as much, or the same distances written in metres, give the same verdict.
func TestVerdictDoesNotDependOnScale(t *testing.T) {
	policy := adjudication.DefaultPolicy()
	rapid.Check(t, func(t *rapid.T) {
		readings := anyReadings(t)
		scaled := make([]adjudication.Reading, len(readings))
		for i, r := range readings {
			readings[i].Assurance = 200 + i%3*100
			r.Assurance = 2 * readings[i].Assurance
			if r.RawValue != "999999" && r.RawValue != "16777215" { // which only a display in kilometres cannot show otherwise
				r.RawUnit, r.RawValue = adjudication.Metre, strconv.FormatInt(r.Metres, 10)
			}
			scaled[i] = r
		}
		got, want := adjudication.Full(policy, scaled, nil), adjudication.Full(policy, readings, nil)
		if got.Verdict != want.Verdict {
			t.Fatalf("%v, in other scales %v", want.Verdict, got.Verdict)
		}
	})
}

// Whatever is read, in the history or beside it, is worth something that is possible for its reason.
func TestAssessmentsArePossible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		readings := anyReadings(t)
		known := rapid.IntRange(0, len(readings)).Draw(t, "known")
		result := adjudication.Full(adjudication.DefaultPolicy(), readings[:known], nil)
		for _, r := range readings {
			if a := result.Assess(r); !a.Possible() {
				t.Fatalf("%+v", a)
			}
		}
	})
	for _, a := range []adjudication.Assessment{
		{Plausibility: 1000}, {Plausibility: 499}, {Reason: "INVENTED", Plausibility: 700},
		{Reason: adjudication.UnitError, Plausibility: 201}, {Reason: adjudication.UnitError}, {Reason: adjudication.CounterReplaced, Plausibility: 499},
	} {
		if a.Possible() {
			t.Errorf("%+v is possible", a)
		}
	}
}
