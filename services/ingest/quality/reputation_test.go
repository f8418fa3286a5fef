package quality_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest/quality"
)

func TestMarksHalveInAYear(t *testing.T) {
	var r quality.Reputation
	r = policy.Marked(r, quality.Confirmed, 20_000)
	r = policy.Marked(r, quality.Refuted, 20_365)
	for _, c := range []struct {
		day  int64
		want quality.Reputation
	}{
		{19_000, quality.Reputation{Confirmations: 500_000, Refutations: 1_000_000, Marks: 2, Day: 20_365}},
		{20_365, quality.Reputation{Confirmations: 500_000, Refutations: 1_000_000, Marks: 2, Day: 20_365}},
		{20_730, quality.Reputation{Confirmations: 250_000, Refutations: 500_000, Marks: 2, Day: 20_730}},
		{99_000, quality.Reputation{Marks: 2, Day: 99_000}},
	} {
		if got := policy.Aged(r, c.day); got != c.want {
			t.Errorf("on day %d: %+v, want %+v", c.day, got, c.want)
		}
	}
}

func TestForgivenIsAsIfNever(t *testing.T) {
	kept := policy.Marked(quality.Reputation{}, quality.Refuted, 20_000)
	forgiven := policy.Forgiven(policy.Marked(kept, quality.Refuted, 20_100), 20_100, 20_250)
	want := policy.Aged(kept, 20_250)
	if d := forgiven.Refutations - want.Refutations; d < -2 || d > 2 || forgiven.Marks != 3 || forgiven.Confirmations != 0 {
		t.Errorf("%+v, want the refutations of %+v", forgiven, want)
	}
	if r := policy.Forgiven(quality.Reputation{}, 20_000, 20_000); r.Refutations != 0 {
		t.Errorf("%+v", r)
	}
}

// TestReputationIsTheSumOfItsMarks compares with floating point.
func TestReputationIsTheSumOfItsMarks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.Int64Range(0, 400), 1, 50).Draw(t, "days between marks")
		var r quality.Reputation
		day := int64(20_000)
		var days []int64
		for _, step := range steps {
			day += step
			days = append(days, day)
			r = policy.Marked(r, quality.Confirmed, day)
		}
		sum := 0.0
		for _, d := range days {
			sum += math.Pow(.5, float64(day-d)/365)
		}
		if got := float64(r.Confirmations) / 1e6; math.Abs(got-sum) > 1e-4 || r.Marks != int64(len(steps)) {
			t.Fatalf("%+v, want %f of %d marks", r, sum, len(steps))
		}
	})
}
