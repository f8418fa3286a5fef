package ingest_test

import (
	"testing"

	"github.com/pcc-platform/pcc/services/ingest"
)

func TestBaseQuality(t *testing.T) {
	for class, want := range map[ingest.Class]int{
		ingest.ClassInspectionCentre: 90, ingest.ClassAuthority: 90, ingest.ClassInsurer: 80, ingest.ClassMaker: 75,
		ingest.ClassGarage: 70, ingest.ClassDealer: 70, ingest.ClassFleet: 70, ingest.ClassUnknown: 40,
	} {
		if q := ingest.BaseQuality(class); q.Index != want || q.Policy != "base-rate/1" {
			t.Errorf("class %d has %+v, want %d", class, q, want)
		}
	}
}
