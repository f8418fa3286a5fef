package anchor_test

import (
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/services/anchor/internal/anchortest"
)

// TestAClockThatJumpsAheadStopsNothingForGood sets the machine's clock ahead by more than the ledger puts up with and right
// again: meanwhile the ledger refuses, with nothing written, and what was cut then is taken when its time has come.
func TestAClockThatJumpsAheadStopsNothingForGood(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	right, jump := w.clock, model.MaxSkew+time.Minute
	w.ledger.now = func() time.Time { return right }
	w.clock = right.Add(jump)
	for range 2 {
		w.journal.Grow("ingest/oem")
		if err := w.Round(t.Context()); model.ReasonOf(err) != model.ReasonClockSkew {
			t.Fatalf("with the clock ahead: %v, want CLOCK_SKEW", err)
		}
	}
	if n := len(w.ledger.epochs); n != 0 {
		t.Fatalf("%d epochs on the ledger, want none", n)
	}
	right = right.Add(jump)
	w.clock = right
	if err := w.Round(t.Context()); err != nil {
		t.Fatalf("with the clock right: %v", err)
	}
	w.check(t, t.Context())
	w.checkCovers(t, t.Context())
}

// TestAClockThatIsSetBackStopsNothing: an epoch takes the time of the one before, so that TIME_REVERSED never comes.
func TestAClockThatIsSetBackStopsNothing(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	for _, jump := range []time.Duration{0, -model.MaxSkew, -time.Hour, 2 * time.Hour} {
		w.clock = w.clock.Add(jump)
		w.ledger.now = func() time.Time { return cutTime.Add(2 * time.Hour) }
		w.journal.Grow("ingest/oem")
		if err := w.Round(t.Context()); err != nil {
			t.Fatalf("after a jump of %s: %v", jump, err)
		}
	}
	w.check(t, t.Context())
	w.checkCovers(t, t.Context())
}
