package adjudication_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// anyReadings are readings of one vehicle with everything that goes wrong: decreases, sentinels, repeats, same days, many
// sources. They reach beyond what a State keeps.
func anyReadings(t *rapid.T) []adjudication.Reading {
	n := rapid.IntRange(0, 400).Draw(t, "readings")
	sources := rapid.IntRange(1, 90).Draw(t, "sources")
	everyHours := rapid.SampledFrom([]int{1, 30, 900}).Draw(t, "hours between")
	readings := make([]adjudication.Reading, n)
	at, km := 0, int64(20_000)
	for i := range readings {
		at += rapid.IntRange(0, everyHours).Draw(t, "hours")
		km += rapid.Int64Range(0, 40).Draw(t, "km")
		shown := km
		switch rapid.IntRange(0, 30).Draw(t, "fault") {
		case 0:
			shown = rapid.Int64Range(0, 400_000).Draw(t, "other km")
		case 1:
			shown *= 10
		case 2:
			shown = rapid.SampledFrom([]int64{0, 999_999, 16_777_215}).Draw(t, "sentinel")
		case 3:
			km = km * 3 / 4
		}
		readings[i] = reading(i, at, shown, fmt.Sprint("source", rapid.IntRange(1, sources).Draw(t, "source")))
		if rapid.Bool().Draw(t, "device") {
			readings[i].Provenance = adjudication.SignedECU
		}
	}
	return readings
}

var begin = time.Date(2010, time.January, 1, 0, 0, 0, 0, time.UTC)

func reading(i, hours int, km int64, source string) adjudication.Reading {
	at := begin.Add(time.Duration(hours) * time.Hour)
	return adjudication.Reading{
		EventID: "e" + strconv.Itoa(i), Source: source, Assurance: 700, OccurredAt: at, AcceptedAt: at.Add(time.Minute),
		Metres: km * 1000, RawValue: strconv.FormatInt(km, 10), RawUnit: adjudication.Kilometre,
		Provenance: adjudication.Typed, Kind: adjudication.KindInspection,
	}
}

func anySignals(t *rapid.T) []adjudication.Signal {
	signals := make([]adjudication.Signal, rapid.IntRange(0, 150).Draw(t, "signals"))
	for i := range signals {
		since := time.Date(2010, time.January, rapid.IntRange(1, 2000).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		signals[i] = adjudication.Signal{
			EventID: "s" + strconv.Itoa(i), Source: "register", Since: since, OccurredAt: since.AddDate(0, 0, 30),
			Kind:   adjudication.SignalKind(rapid.IntRange(1, int(adjudication.Charging)).Draw(t, "kind")), //nolint:gosec // few
			Amount: rapid.Int64Range(0, 3_000_000).Draw(t, "amount"), Unit: adjudication.Mile,
		}
	}
	return signals
}

// Readings and signals in any order, some twice, in parts of any size, stored in between, give the verdict of all
// at once.
func TestStateGivesTheVerdictOfAFullRecomputation(t *testing.T) {
	policy := adjudication.DefaultPolicy()
	rapid.Check(t, func(t *rapid.T) {
		readings, signals := anyReadings(t), anySignals(t)
		want := adjudication.Full(policy, readings, signals)

		arriving := append(rapid.Permutation(readings).Draw(t, "order"), readings[:len(readings)/3]...)
		var state adjudication.State
		for len(arriving) > 0 {
			n := rapid.IntRange(1, len(arriving)).Draw(t, "batch")
			state.Add(arriving[:n]...)
			arriving = arriving[n:]
			state = adjudication.Restore(state.Content()) // as a service does that stores it
			if n%2 == 0 {
				state.Judge(policy) // must not change it
			}
		}
		for _, s := range rapid.Permutation(signals).Draw(t, "order of signals") {
			state.AddSignals(s, s)
		}
		got := state.Judge(policy)
		sameResult(t, got, want)
		for _, r := range readings {
			if a, b := got.Assess(r), want.Assess(r); a != b {
				t.Fatalf("assessed piece by piece %+v, all at once %+v", a, b)
			}
		}
	})
}

// sameResult compares all that a result says.
func sameResult(t *rapid.T, got, want adjudication.Result) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(adjudication.Result{}, adjudication.Finding{}), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("piece by piece it differs from all at once (-all at once, +piece by piece):\n%s", diff)
	}
}

func TestMergeGivesTheVerdictOfBoth(t *testing.T) {
	policy := adjudication.DefaultPolicy()
	rapid.Check(t, func(t *rapid.T) {
		readings, signals := anyReadings(t), anySignals(t)
		cut, signalCut := rapid.IntRange(0, len(readings)).Draw(t, "cut"), rapid.IntRange(0, len(signals)).Draw(t, "cut of signals")
		var a, b adjudication.State
		a.Add(readings[:cut]...)
		a.AddSignals(signals[:signalCut]...)
		b.Add(readings[cut:]...)
		b.AddSignals(signals[signalCut:]...)
		b.Merge(&a)
		sameResult(t, b.Judge(policy), adjudication.Full(policy, readings, signals))
	})
}

// What is kept of a vehicle is bounded, whatever and however much is put in.
func TestStateIsBounded(t *testing.T) {
	const rounds, perRound = 60, 400
	var state adjudication.State
	for round := range rounds {
		readings := make([]adjudication.Reading, perRound)
		for i := range readings {
			n := round*perRound + i
			readings[i] = reading(n, n*7, int64(n*7919%300_000), fmt.Sprint("source", n%150))
		}
		state.Add(readings...)
	}
	result := state.Judge(adjudication.DefaultPolicy())
	if n := len(result.Assessments); n == 0 || n > adjudication.MaxReadings {
		t.Errorf("%d readings are kept, of at most %d", n, adjudication.MaxReadings)
	}
}
