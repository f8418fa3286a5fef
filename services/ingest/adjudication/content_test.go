package adjudication_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// TestRestoreMakesAnEqualState stores a history after each reading, as a service does, and compares with one kept in memory.
func TestRestoreMakesAnEqualState(t *testing.T) {
	begin := time.Date(2015, time.March, 1, 8, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var kept, stored adjudication.State
		for i := range rapid.IntRange(1, 300).Draw(t, "readings") {
			at := begin.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "day")) * 24 * time.Hour)
			r := adjudication.Reading{
				EventID: fmt.Sprint(i), Source: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "source"), Assurance: 700,
				OccurredAt: at, AcceptedAt: at, Metres: rapid.Int64Range(0, 400_000_000).Draw(t, "metres"), RawUnit: adjudication.Kilometre,
			}
			s := adjudication.Signal{EventID: fmt.Sprint(i), Source: r.Source, OccurredAt: at, Kind: adjudication.SignalKind(1 + i%11)}
			kept.Add(r)
			kept.AddSignals(s)
			stored = adjudication.Restore(stored.Content())
			stored.Add(r)
			stored.AddSignals(s)
		}
		if !reflect.DeepEqual(kept.Content(), stored.Content()) {
			t.Fatal("the stored history keeps other items")
		}
	})
}
