package quality_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest/quality"
)

const one = quality.One

var policy = quality.DefaultPolicy()

func genInputs() *rapid.Generator[quality.Inputs] {
	share := rapid.Int64Range(0, int64(one))
	return rapid.Custom(func(t *rapid.T) quality.Inputs {
		return quality.Inputs{
			Kind:          rapid.SampledFrom([]quality.Kind{quality.Odometer, quality.Repair, quality.Incident, quality.Register}).Draw(t, "kind"),
			BaseRate:      quality.Millionths(share.Draw(t, "a")),
			Confirmations: quality.Millionths(rapid.Int64Range(0, 1e12).Draw(t, "r")),
			Refutations:   quality.Millionths(rapid.Int64Range(0, 1e12).Draw(t, "s")),
			Plausibility:  quality.Millionths(share.Draw(t, "plausibility")),
			Provenance:    quality.Millionths(share.Draw(t, "provenance")),
			Completeness:  quality.Millionths(share.Draw(t, "completeness")),
			Delay:         time.Duration(rapid.Int64Range(-int64(time.Hour), math.MaxInt64).Draw(t, "delay")),
			Corroborators: rapid.IntRange(0, 20).Draw(t, "corroborators"),
		}
	})
}

// TestIndexIsBounded also checks that what is explained is what was computed.
func TestIndexIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInputs().Draw(t, "inputs")
		s := policy.Score(in)
		if s.Index < 0 || s.Index > 100 || s.Value < 0 || s.Value > one || s.Credibility < 0 || s.Credibility > one || s.Uncertainty < 0 || s.Uncertainty > one {
			t.Fatalf("score %+v", s)
		}
		in.Corroborators = 0
		product := 1.0
		for _, c := range policy.Explain(in) {
			if c.Value < policy.Floor || c.Value > one {
				t.Fatalf("%s is worth %d", c.Dimension, c.Value)
			}
			product *= float64(c.Factor) / float64(one)
		}
		if alone := float64(policy.Score(in).Value) / float64(one); math.Abs(product-alone) > 4e-6 {
			t.Fatalf("the factors multiply to %f, the value is %f", product, alone)
		}
	})
}

// TestBetterIsNeverWorse makes one dimension better at a time.
func TestBetterIsNeverWorse(t *testing.T) {
	more := func(v *quality.Millionths, t *rapid.T) {
		*v = quality.Millionths(rapid.Int64Range(int64(*v), int64(one)).Draw(t, "better"))
	}
	changes := map[string]func(*quality.Inputs, *rapid.T){
		"base rate":     func(in *quality.Inputs, t *rapid.T) { more(&in.BaseRate, t) },
		"plausibility":  func(in *quality.Inputs, t *rapid.T) { more(&in.Plausibility, t) },
		"provenance":    func(in *quality.Inputs, t *rapid.T) { more(&in.Provenance, t) },
		"completeness":  func(in *quality.Inputs, t *rapid.T) { more(&in.Completeness, t) },
		"confirmations": func(in *quality.Inputs, _ *rapid.T) { in.Confirmations += one },
		"refutations":   func(in *quality.Inputs, _ *rapid.T) { in.Refutations -= min(in.Refutations, one) },
		"delay":         func(in *quality.Inputs, _ *rapid.T) { in.Delay /= 2 },
		"corroborators": func(in *quality.Inputs, _ *rapid.T) { in.Corroborators++ },
	}
	for name, change := range changes {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			in := genInputs().Draw(t, "inputs")
			in.Delay = max(in.Delay, 0)
			before := policy.Score(in)
			change(&in, t)
			if after := policy.Score(in); after.Value < before.Value {
				t.Fatalf("%d became %d", before.Value, after.Value)
			}
		}))
	}
}

// TestScoreIsTheFormula compares with floating point, which is near enough on the machine of the test.
func TestScoreIsTheFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInputs().Draw(t, "inputs")
		in.Corroborators = 0
		half := map[quality.Kind]float64{quality.Odometer: 7, quality.Repair: 30, quality.Incident: 3, quality.Register: 30}[in.Kind]
		r, s := float64(in.Confirmations)/1e6, float64(in.Refutations)/1e6
		want := 1.0
		for value, weight := range map[*float64]float64{
			ptr((r + float64(in.BaseRate)/1e6*2) / (r + s + 2)): .35,
			ptr(float64(in.Plausibility) / 1e6):                 .25,
			ptr(float64(in.Provenance) / 1e6):                   .20,
			ptr(float64(in.Completeness) / 1e6):                 .10,
			ptr(math.Pow(.5, max(in.Delay.Hours()/24, 0)/half)): .10,
		} {
			want *= math.Pow(max(*value, .01), weight)
		}
		if got := float64(policy.Score(in).Value) / 1e6; math.Abs(got-want) > 2e-5 {
			t.Fatalf("value %f, the formula says %f", got, want)
		}
	})
}

func ptr(f float64) *float64 { return &f }

func TestCorroborationEndsBelowTheCeiling(t *testing.T) {
	in := quality.Inputs{Kind: quality.Odometer, BaseRate: one, Plausibility: one, Provenance: one, Completeness: one / 2, Corroborators: 1000}
	if s := policy.Score(in); s.Index != 98 || s.Value > 980_000 {
		t.Errorf("score %+v, want no more than 98", s)
	}
	in.Completeness = one
	if s := policy.Score(in); s.Index != 100 {
		t.Errorf("score %+v: corroboration takes nothing away", s)
	}
}

func TestWithdrawnIsWorthNothing(t *testing.T) {
	in := quality.Inputs{Kind: quality.Odometer, BaseRate: one, Plausibility: one, Provenance: one, Completeness: one, Corroborators: 3, Withdrawn: true}
	if s := policy.Score(in); s.Index != 0 || s.Value != 0 || s.Credibility != one {
		t.Errorf("score %+v", s)
	}
}
