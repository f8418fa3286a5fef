package ingest_test

import (
	"testing"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

func TestBaseQuality(t *testing.T) {
	policy := quality.DefaultPolicy()
	for class, want := range map[ingest.Class]quality.Millionths{
		ingest.ClassInspectionCentre: 900_000, ingest.ClassAuthority: 900_000, ingest.ClassInsurer: 800_000, ingest.ClassMaker: 750_000,
		ingest.ClassGarage: 700_000, ingest.ClassDealer: 700_000, ingest.ClassFleet: 700_000, ingest.ClassUnknown: 400_000,
	} {
		if q := ingest.BaseQuality(&policy, class); q.Inputs.BaseRate != want {
			t.Errorf("class %q has %+v, want %d", class, q, want)
		}
	}
}
