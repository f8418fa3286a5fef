package anchor_test

import (
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
)

// TestAClockThatJumpsBackStopsNothingForGood sets the machine's clock back by more than the ledger puts up with and right
// again: meanwhile it refuses, with nothing written, and afterwards the chain goes on in the order of time.
func TestAClockThatJumpsBackStopsNothingForGood(t *testing.T) {
	for name, away := range map[string]time.Duration{"for a moment": time.Second, "for long": 2 * model.MaxSkew} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, newPool(t))
			w.journal.grow("ingest/oem")
			if err := w.Round(t.Context()); err != nil {
				t.Fatal(err)
			}
			right := w.clock
			w.clock = right.Add(-model.MaxSkew - time.Second)
			for range 2 {
				w.journal.grow("ingest/oem")
				if err := w.Round(t.Context()); model.ReasonOf(err) != model.ReasonClockSkew {
					t.Fatalf("with the clock set back: %v, want CLOCK_SKEW", err)
				}
			}
			if n := len(w.ledger.epochs); n != 1 {
				t.Fatalf("%d epochs on the ledger, want the one from before", n)
			}
			w.clock = right.Add(away)
			for range 2 { // what was cut meanwhile may still be good, and then does not cover all
				if err := w.Round(t.Context()); err != nil {
					t.Fatalf("with the clock set right: %v", err)
				}
			}
			w.check(t, t.Context())
			w.checkCovers(t, t.Context())
		})
	}
}

// TestALittleSkewIsPutUpWith sets the clock back by as much as the ledger tolerates: the epoch takes the time of the one
// before, so that TIME_REVERSED never comes.
func TestALittleSkewIsPutUpWith(t *testing.T) {
	w := newWorld(t, newPool(t))
	for _, jump := range []time.Duration{0, -model.MaxSkew, 0} {
		w.clock = w.clock.Add(jump)
		w.journal.grow("ingest/oem")
		if err := w.Round(t.Context()); err != nil {
			t.Fatalf("after a jump of %s: %v", jump, err)
		}
	}
	w.check(t, t.Context())
	w.checkCovers(t, t.Context())
}
