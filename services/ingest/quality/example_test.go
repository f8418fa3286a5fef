package quality_test

import (
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// A garage's scan tool read a mileage three and a half days before it was sent. The garage was confirmed six times of late
// and refuted once. docs/quality.md works this out by hand.
func ExamplePolicy_Score() {
	policy := quality.DefaultPolicy()
	in := quality.Inputs{
		Kind: quality.Odometer, BaseRate: policy.BaseRate(quality.IndependentGarage),
		Confirmations: 6 * quality.One, Refutations: 1 * quality.One,
		Plausibility: quality.One, Provenance: policy.ProvenanceWorth(quality.OBDRead), Completeness: quality.One,
		Delay: 84 * time.Hour,
	}
	alone := policy.Score(in)
	in.Corroborators = 1
	fmt.Println(alone.Credibility, alone.Uncertainty, alone.Value, alone.Index)
	fmt.Println(policy.Score(in).Value, policy.Score(in).Index)
	// Output:
	// 822222 222222 883168 88
	// 931584 93
}
