package anchor_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/metric/noop"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres"
)

// world is an anchorer on a real database, with a journal and a ledger of the test's.
type world struct {
	clock   time.Time
	store   *crashing
	ledger  *ledger
	journal *journal
	*anchor.Anchorer
}

func newPool(t *testing.T) *pgxpool.Pool {
	t.Helper()
	sources, err := migrations.Sources("anchor")
	if err != nil {
		t.Fatal(err)
	}
	return testkit.Schema(t, "anchor", sources...)
}

func newWorld(t rapid.TB, pool *pgxpool.Pool) *world {
	t.Helper()
	w := &world{clock: cutTime, store: &crashing{Store: postgres.New(pool)}, journal: &journal{}}
	w.ledger = &ledger{now: func() time.Time { return w.clock }, fault: healthy}
	w.restart(t)
	return w
}

// restart is what a new process begins with.
func (w *world) restart(t rapid.TB) {
	t.Helper()
	now := func() time.Time { return w.clock }
	metrics, err := anchor.NewMetrics(noop.NewMeterProvider().Meter("test"), now)
	if err != nil {
		t.Fatal(err)
	}
	w.Anchorer = &anchor.Anchorer{
		Store: w.store, Journal: w.journal, Ledger: w.ledger, Interval: time.Hour,
		Now: now, Logger: slog.New(slog.DiscardHandler), Metrics: metrics,
	}
}

// check holds the database against the ledger: the same epochs, in the same order.
func (w *world) check(t rapid.TB, ctx context.Context) {
	t.Helper()
	epochs, err := w.store.Epochs(ctx, 1<<40, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(epochs) != len(w.ledger.epochs) {
		t.Fatalf("%d epochs in the database, %d on the ledger", len(epochs), len(w.ledger.epochs))
	}
	for i, e := range epochs {
		onLedger := w.ledger.epochs[len(epochs)-1-i]
		if e.Transaction == nil || e.Text != onLedger || len(e.Transaction.EndorsingMSPs()) != 2 {
			t.Errorf("epoch %d: %+v\non the ledger:\n%s", e.Number(), e, onLedger)
		}
	}
}

func TestRoundAnchorsWhatGrew(t *testing.T) {
	w := newWorld(t, newPool(t))
	for _, stream := range []string{"ingest/oem", "ingest/oem", "ingest/garage", ""} {
		if stream != "" {
			w.journal.grow(stream)
		}
		if err := w.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.ledger.epochs) != 3 {
		t.Errorf("%d epochs, want one for each growth", len(w.ledger.epochs))
	}
	w.check(t, t.Context())
}

// TestWhateverHappensTheDatabaseFollowsTheLedger drives the anchorer through outages, lost answers, transactions that
// come late, long pauses and kills, in any order.
func TestWhateverHappensTheDatabaseFollowsTheLedger(t *testing.T) {
	pool := newPool(t)
	rapid.Check(t, func(rt *rapid.T) {
		if _, err := pool.Exec(t.Context(), `TRUNCATE candidates, anchored, endorsements, outbox`); err != nil {
			rt.Fatal(err)
		}
		w := newWorld(rt, pool)
		steps := rapid.IntRange(1, 30).Draw(rt, "steps")
		for range steps {
			w.clock = w.clock.Add(rapid.SampledFrom([]time.Duration{0, time.Second, model.MaxSkew / 2, model.MaxSkew + time.Second}).Draw(rt, "pause"))
			if rapid.Bool().Draw(rt, "grows") {
				w.journal.grow(rapid.SampledFrom([]string{"ingest/garage", "ingest/insurer", "ingest/oem"}).Draw(rt, "stream"))
			}
			if rapid.Bool().Draw(rt, "orderers deliver") {
				w.ledger.deliver()
			}
			w.ledger.fault = rapid.SampledFrom([]fault{healthy, healthy, down, lostAnswer, delayed}).Draw(rt, "fault")
			w.store.armed = rapid.IntRange(0, 3).Draw(rt, "kill before storing") == 0
			if err := w.Round(t.Context()); errors.Is(err, anchor.ErrDiverged) || errors.Is(err, anchor.ErrForeignLedger) {
				rt.Fatalf("false alarm: %v", err)
			}
			if w.store.armed || rapid.Bool().Draw(rt, "restart") {
				w.restart(rt)
			}
		}
		w.ledger.deliver()
		w.ledger.fault, w.store.armed = healthy, false
		for range 2 { // what was left behind, and what grew meanwhile
			if err := w.Round(t.Context()); err != nil {
				rt.Fatal(err)
			}
		}
		w.check(rt, t.Context())
		w.checkCovers(rt, t.Context())
	})
}

// checkCovers holds the last epoch against the journal: nothing is left to anchor.
func (w *world) checkCovers(t rapid.TB, ctx context.Context) {
	t.Helper()
	last, err := w.store.Last(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for stream, size := range w.journal.sizes {
		if last == nil {
			t.Fatalf("nothing is anchored, and %s has %d entries", stream, size)
		}
		if got, _ := last.Record.Checkpoint(stream); got.Size != size {
			t.Errorf("%s is anchored to %d of %d entries", stream, got.Size, size)
		}
	}
}

// TestAnEarlierCandidateCanStillWin has the orderers sit on a transaction until its record was cut again, twice.
func TestAnEarlierCandidateCanStillWin(t *testing.T) {
	w := newWorld(t, newPool(t))
	w.ledger.fault = delayed
	for range 3 {
		w.journal.grow("ingest/oem")
		if err := w.Round(t.Context()); err == nil {
			t.Fatal("a delayed transaction was taken for committed")
		}
		w.clock = w.clock.Add(model.MaxSkew + time.Second)
	}
	w.ledger.deliver()
	w.ledger.fault = healthy
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if first, err := w.store.Epoch(t.Context(), 1); err != nil || first.Entries() != 1 {
		t.Errorf("epoch 1 covers %d entries, %v; want that of the first candidate", first.Entries(), err)
	}
	w.check(t, t.Context())
	w.checkCovers(t, t.Context())
}

func TestForeignEpochHaltsAndOverwritesNothing(t *testing.T) {
	w := newWorld(t, newPool(t))
	w.journal.grow("ingest/oem")
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, err := w.store.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	foreign, _, err := anchor.Cut(first, append(first.Record.Streams, checkpoint("ingest/zebra", 1, 1)), w.clock)
	if err != nil {
		t.Fatal(err)
	}
	w.ledger.epochs = append(w.ledger.epochs, foreign.Text)
	w.journal.grow("ingest/oem")
	for range 2 {
		if err := w.Round(t.Context()); !errors.Is(err, anchor.ErrDiverged) {
			t.Fatalf("got %v, want ErrDiverged", err)
		}
		w.restart(t)
	}
	if last, err := w.store.Last(t.Context()); err != nil || last.Number() != 1 || len(w.ledger.epochs) != 2 {
		t.Errorf("last %+v of %d on the ledger, %v", last, len(w.ledger.epochs), err)
	}
}

func TestRewrittenJournalHalts(t *testing.T) {
	w := newWorld(t, newPool(t))
	w.journal.sizes = map[string]uint64{"ingest/oem": 9}
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.journal.sizes["ingest/oem"] = 8
	if err := w.Round(t.Context()); !errors.Is(err, anchor.ErrDiverged) {
		t.Errorf("got %v, want ErrDiverged", err)
	}
}

func TestEmptyDatabaseBesideAFullLedgerIsRefused(t *testing.T) {
	w := newWorld(t, newPool(t))
	for _, epochs := range []int{1, 2} {
		for len(w.ledger.epochs) < epochs {
			w.journal.grow("ingest/oem")
			if err := w.Round(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		empty := newWorld(t, newPool(t))
		empty.ledger, empty.Ledger, empty.journal = w.ledger, w.ledger, w.journal
		if err := empty.Run(t.Context()); !errors.Is(err, anchor.ErrForeignLedger) {
			t.Errorf("with %d epochs: %v, want ErrForeignLedger", epochs, err)
		}
	}
}

func TestPeerThatIsBehindIsWaitedFor(t *testing.T) {
	w := newWorld(t, newPool(t))
	w.journal.grow("ingest/oem")
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := w.ledger.epochs
	w.ledger.epochs = nil
	w.restart(t)
	if err := w.Round(t.Context()); err == nil || errors.Is(err, anchor.ErrDiverged) || errors.Is(err, anchor.ErrForeignLedger) {
		t.Errorf("got %v, want an error that passes", err)
	}
	w.ledger.epochs = all
	if err := w.Round(t.Context()); err != nil {
		t.Error(err)
	}
}
