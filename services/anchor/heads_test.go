package anchor_test

import (
	"testing"

	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/anchortest"
)

// TestEveryMapIsThere asks for the maps of a long queue in any order: those that were let go come back as they were.
func TestEveryMapIsThere(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	w.journal.Grow("ingest/oem")
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.ledger.fault = down
	const queued = 9
	for n := range queued {
		w.journal.GrowTo("ingest/oem", 5*(n+1))
		if err := w.Round(t.Context()); err == nil {
			t.Fatal("a round succeeded without a ledger")
		}
	}
	for name, heads := range map[string]*anchor.Heads{"the process that cut them": w.Heads, "another": anchor.NewHeads(w.store)} {
		for _, number := range []uint64{1, 6, 2, 10, 5, 9, 1} {
			record, err := w.store.Epoch(t.Context(), number)
			if err != nil {
				t.Fatal(err)
			}
			m, err := heads.At(t.Context(), number)
			if err != nil || m.Root() != headproof.Hash(record.Record.MapRoot) || uint64(m.Len()) != record.Record.MapKeys {
				t.Errorf("%s has another map of epoch %d, %v", name, number, err)
			}
			heads.Forget(1)
		}
	}
}
