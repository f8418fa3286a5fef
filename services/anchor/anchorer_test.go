package anchor_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/metric/noop"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/anchortest"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres"
)

// world is an anchorer on a real database, with a journal and a ledger of the test's.
type world struct {
	clock     time.Time
	store     *crashing
	ledger    *ledger
	journal   *anchortest.Journal
	cosigners *anchortest.Cosigners
	*anchor.Anchorer
}

var cutTime = time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)

func newPool(t *testing.T) *pgxpool.Pool {
	t.Helper()
	sources, err := migrations.Sources("anchor")
	if err != nil {
		t.Fatal(err)
	}
	return testkit.Schema(t, "anchor", sources...)
}

func newWorld(t rapid.TB, pool *pgxpool.Pool, witnesses *anchortest.Cosigners) *world {
	t.Helper()
	w := &world{clock: cutTime, store: &crashing{Store: postgres.New(pool)}, journal: &anchortest.Journal{}, cosigners: witnesses}
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
		Store: w.store, Journal: w.journal, Cosigners: w.cosigners, Ledger: w.ledger,
		Heads: anchor.NewHeads(w.store), Interval: time.Hour,
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
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	for _, stream := range []string{"ingest/oem", "ingest/oem", "ingest/garage", ""} {
		if stream != "" {
			w.journal.Grow(stream)
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

// emptyAll makes the schema as new, whatever its triggers say.
const emptyAll = `SET session_replication_role = replica;
	TRUNCATE candidates, extents, heads, cosigned, anchored, endorsements, outbox, journal_entry, journal_tile, journal_checkpoint;
	RESET session_replication_role`

// TestWhateverHappensTheDatabaseFollowsTheLedger drives the anchorer through outages, lost answers, transactions that
// come late, long pauses and kills, in any order.
func TestWhateverHappensTheDatabaseFollowsTheLedger(t *testing.T) {
	pool, witnesses := newPool(t), anchortest.NewCosigners(t)
	rapid.Check(t, func(rt *rapid.T) {
		if _, err := pool.Exec(t.Context(), emptyAll); err != nil {
			rt.Fatal(err)
		}
		w := newWorld(rt, pool, witnesses)
		steps := rapid.IntRange(1, 30).Draw(rt, "steps")
		for range steps {
			w.clock = w.clock.Add(rapid.SampledFrom([]time.Duration{0, time.Second, model.MaxSkew / 2, model.MaxSkew + time.Second}).Draw(rt, "pause"))
			if rapid.Bool().Draw(rt, "grows") {
				w.journal.Grow(rapid.SampledFrom([]string{"ingest/garage", "ingest/insurer", "ingest/oem"}).Draw(rt, "stream"))
			}
			if rapid.Bool().Draw(rt, "orderers deliver") {
				w.ledger.deliver()
			}
			w.ledger.fault = rapid.SampledFrom([]fault{healthy, healthy, down, lostAnswer, delayed, outdated}).Draw(rt, "fault")
			w.store.armed = rapid.IntRange(0, 3).Draw(rt, "kill before storing") == 0
			w.store.after = rapid.IntRange(0, 5).Draw(rt, "kill after cutting") == 0
			w.cosigners.Away = rapid.IntRange(0, 3).Draw(rt, "no quorum") == 0
			if err := w.Round(t.Context()); errors.Is(err, anchor.ErrDiverged) || errors.Is(err, anchor.ErrForeignLedger) {
				rt.Fatalf("false alarm: %v", err)
			}
			if w.store.armed || w.store.after || rapid.Bool().Draw(rt, "restart") {
				w.restart(rt)
			}
		}
		w.ledger.deliver()
		w.ledger.fault, w.store.armed, w.store.after, w.cosigners.Away = healthy, false, false, false
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
	for stream, entries := range w.journal.Streams {
		size := uint64(len(entries))
		if last == nil {
			t.Fatalf("nothing is anchored, and %s has %d entries", stream, size)
		}
		if got, _ := last.Record.Checkpoint(stream); got.Size != size {
			t.Errorf("%s is anchored to %d of %d entries", stream, got.Size, size)
		}
	}
}

// TestEpochsQueueWhileTheLedgerIsAway also takes the witnesses away for a while.
func TestEpochsQueueWhileTheLedgerIsAway(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	w.journal.Grow("ingest/oem")
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		w.journal.Grow("ingest/oem")
		w.clock = w.clock.Add(time.Hour)
		w.ledger.fault, w.cosigners.Away = down, i < 3
		if err := w.Round(t.Context()); err == nil {
			t.Fatalf("round without a ledger: %v", err)
		}
		w.restart(t)
	}
	if n, err := w.store.CountWaiting(t.Context()); err != nil || n != 6 {
		t.Fatalf("%d epochs wait, %v; want 6", n, err)
	}
	if left, err := w.store.Uncosigned(t.Context(), 10); err != nil || len(left) != 0 {
		t.Errorf("%d epochs are not cosigned, %v; the ledger's absence should keep no witness from it", len(left), err)
	}
	w.ledger.fault = healthy
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.ledger.epochs) != 7 {
		t.Errorf("%d epochs on the ledger, want 7", len(w.ledger.epochs))
	}
	w.check(t, t.Context())
	w.checkCovers(t, t.Context())
}

// TestCosignaturesAreCollectedAgain when the ledger wants others than those of the day of the cut.
func TestCosignaturesAreCollectedAgain(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	w.journal.Grow("ingest/oem")
	w.ledger.fault = outdated
	if err := w.Round(t.Context()); model.ReasonOf(err) != model.ReasonTooFewCosignatures {
		t.Fatalf("got %v, want TOO_FEW_COSIGNATURES", err)
	}
	if err := w.Round(t.Context()); err != nil || w.cosigners.Asked != 2 {
		t.Errorf("%v, asked %d times, want 2", err, w.cosigners.Asked)
	}
	w.check(t, t.Context())
}

func TestForeignEpochHaltsAndOverwritesNothing(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	w.journal.Grow("ingest/oem")
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, err := w.store.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.ledger.epochs = append(w.ledger.epochs, following(t, first.Text))
	w.journal.Grow("ingest/oem")
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

// following returns a record after the given one that nobody here has cut.
func following(t *testing.T, text string) string {
	t.Helper()
	r, err := model.ParseEpoch([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if r.PreviousHash, err = r.Hash(); err != nil {
		t.Fatal(err)
	}
	r.Number++
	r.TimeUnixMilli++
	next, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return string(next)
}

func TestRewrittenJournalHalts(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	for range 9 {
		w.journal.Grow("ingest/oem")
	}
	if err := w.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	whole := w.journal.Streams["ingest/oem"]
	other := slices.Clone(whole)
	other[3].Commitment[0] ^= 1
	for name, entries := range map[string][]proof.Entry{"shorter": whole[:8], "another entry": other, "another, and longer": append(slices.Clone(other), other[0])} {
		w.journal.Streams["ingest/oem"] = entries
		if err := w.Round(t.Context()); !errors.Is(err, anchor.ErrDiverged) {
			t.Errorf("%s: got %v, want ErrDiverged", name, err)
		}
		w.restart(t)
	}
}

func TestEmptyDatabaseBesideAFullLedgerIsRefused(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	for _, epochs := range []int{1, 2} {
		for len(w.ledger.epochs) < epochs {
			w.journal.Grow("ingest/oem")
			if err := w.Round(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		empty := newWorld(t, newPool(t), anchortest.NewCosigners(t))
		empty.ledger, empty.Ledger, empty.journal = w.ledger, w.ledger, w.journal
		if err := empty.Run(t.Context()); !errors.Is(err, anchor.ErrForeignLedger) {
			t.Errorf("with %d epochs: %v, want ErrForeignLedger", epochs, err)
		}
	}
}

func TestPeerThatIsBehindIsWaitedFor(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	w.journal.Grow("ingest/oem")
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

// TestProcessesTakeTurns has two processes on one database lead one round after the other, over the same lists.
func TestProcessesTakeTurns(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	first := w.Anchorer
	w.restart(t)
	for round := range 6 {
		w.journal.GrowTo("ingest/oem", 20*(round+1))
		if err := []*anchor.Anchorer{first, w.Anchorer}[round%2].Round(t.Context()); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	if len(w.ledger.epochs) != 6 {
		t.Errorf("%d epochs, want one a round", len(w.ledger.epochs))
	}
	w.check(t, t.Context())
	w.checkCovers(t, t.Context())
}

// growing is a journal that has more each time that it is asked.
type growing struct{ *anchortest.Journal }

func (g growing) Checkpoints(ctx context.Context) ([]model.StreamCheckpoint, error) {
	g.Grow("ingest/oem")
	return g.Journal.Checkpoints(ctx)
}

func TestARoundEndsWhileTheJournalGrows(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	w.Journal = growing{w.journal}
	for round := range 3 {
		if err := w.Round(t.Context()); err != nil || len(w.ledger.epochs) != round+1 {
			t.Fatalf("%d epochs after round %d, %v", len(w.ledger.epochs), round, err)
		}
	}
	w.check(t, t.Context())
}

// silent is a journal that does not answer.
type silent struct{ anchor.Journal }

func (silent) Checkpoints(context.Context) ([]model.StreamCheckpoint, error) { return nil, errOutage }

func TestASilentJournalHoldsNothingUp(t *testing.T) {
	w := newWorld(t, newPool(t), anchortest.NewCosigners(t))
	w.journal.Grow("ingest/oem")
	w.cosigners.Away = true
	if err := w.Round(t.Context()); !errors.Is(err, w.cosigners.Err) {
		t.Fatalf("got %v, want no quorum", err)
	}
	w.cosigners.Away, w.Journal = false, silent{}
	if err := w.Round(t.Context()); !errors.Is(err, errOutage) {
		t.Errorf("got %v, want the journal's error", err)
	}
	w.check(t, t.Context())
	if len(w.ledger.epochs) != 1 {
		t.Errorf("%d epochs on the ledger, want the one that waited", len(w.ledger.epochs))
	}
}
