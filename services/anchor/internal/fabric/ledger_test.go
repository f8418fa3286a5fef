package fabric_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"github.com/pcc-platform/pcc/chaincode/endorsement"
	"github.com/pcc-platform/pcc/chaincode/model"
	devfabric "github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/devstack/fabric/fabrictest"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/migrations"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/anchortest"
	"github.com/pcc-platform/pcc/services/anchor/internal/fabric"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres"
)

// outagePatience is how long a round may try while the orderer does not answer.
const outagePatience = 4 * time.Second

// world is an anchorer on a real network and a real database.
type world struct {
	t         *testing.T
	network   *fabrictest.Stand
	store     *crashing
	journal   *anchortest.Journal
	cosigners *anchortest.Cosigners
	ledger    *fabric.Ledger
	*anchor.Anchorer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	sources, err := migrations.Sources("anchor")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, network: fabrictest.New(t, devfabric.Raft1), journal: &anchortest.Journal{}, cosigners: anchortest.NewCosigners(t)}
	w.store = &crashing{Store: postgres.New(testkit.Schema(t, "anchor", sources...))}
	w.network.Up()
	oem, _ := w.network.Network.Org("oem")
	if w.ledger, err = fabric.Connect(w.network.Network.Client(oem)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.ledger.Close(); err != nil {
			t.Errorf("close ledger: %v", err)
		}
	})
	w.restart()
	return w
}

// restart is what a new process begins with.
func (w *world) restart() {
	w.t.Helper()
	metrics, err := anchor.NewMetrics(noop.NewMeterProvider().Meter("test"), time.Now)
	if err != nil {
		w.t.Fatal(err)
	}
	w.store.armed = false
	w.Anchorer = &anchor.Anchorer{
		Store: w.store, Journal: w.journal, Cosigners: w.cosigners, Ledger: w.ledger, Heads: anchor.NewHeads(w.store), Interval: time.Second,
		Now: time.Now, Logger: slog.New(slog.DiscardHandler), Metrics: metrics,
	}
}

func (w *world) round() {
	w.t.Helper()
	if err := w.Round(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// crashing is a store whose process dies where the ledger's answer is to be written down.
type crashing struct {
	anchor.Store
	armed bool
}

func (c *crashing) Anchor(ctx context.Context, candidate anchor.Candidate, tx anchor.Transaction) error {
	if c.armed {
		return errors.New("killed")
	}
	return c.Store.Anchor(ctx, candidate, tx)
}

// TestAnchoringOnARealLedger has one network; the steps build on each other.
func TestAnchoringOnARealLedger(t *testing.T) {
	w := newWorld(t)
	w.registerMembers()
	w.anchorFirst()
	w.loseAnAnswer()
	w.stopTheOrderer()
	w.restartTheNetwork()
	w.checkChain()
}

func (w *world) registerMembers() {
	w.t.Helper()
	registrar := anchor.Registrar{Ledger: w.ledger}
	classes := map[string]model.Class{"oem": model.ClassMaker, "insurer": model.ClassInsurer, "garage": model.ClassGarage}
	for _, org := range w.network.Network.Orgs {
		m := anchor.Member{ID: org.Name, MSPID: org.MSPID, Class: classes[org.Name], CACertificates: w.root(org.MSPID)}
		if id, err := registrar.Register(w.t.Context(), m); err != nil || id == "" {
			w.t.Fatalf("register %s: %q, %v", org.Name, id, err)
		}
		if id, err := registrar.Register(w.t.Context(), m); err != nil || id != "" {
			w.t.Errorf("register %s again: %q, %v; want no transaction and no error", org.Name, id, err)
		}
		m.Class = model.ClassAuthority
		if _, err := registrar.Register(w.t.Context(), m); !errors.Is(err, anchor.ErrDiverged) {
			w.t.Errorf("register %s with another class: %v, want ErrDiverged", org.Name, err)
		}
	}
}

func (w *world) anchorFirst() {
	w.t.Helper()
	if _, err := w.ledger.LatestEpoch(w.t.Context()); !errors.Is(err, anchor.ErrNotOnLedger) {
		w.t.Errorf("latest epoch of a new channel: %v, want ErrNotOnLedger", err)
	}
	w.journal.GrowTo("ingest/oem", 5)
	w.round()
	w.expectLast(1)
	before, err := w.ledger.Height(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	w.round() // nothing grew: no transaction
	if after, err := w.ledger.Height(w.t.Context()); err != nil || after != before {
		w.t.Errorf("height %d, then %d, %v", before, after, err)
	}
}

// loseAnAnswer kills the process between the commit on the ledger and the commit in the database.
func (w *world) loseAnAnswer() {
	w.t.Helper()
	w.journal.GrowTo("ingest/oem", 9)
	w.store.armed = true
	if err := w.Round(w.t.Context()); err == nil {
		w.t.Fatal("the process was not killed")
	}
	w.restart()
	w.round()
	w.expectLast(2)
}

// stopTheOrderer makes the orderer hang. Its epoch stays pending and is caught up afterwards, in order.
func (w *world) stopTheOrderer() {
	w.t.Helper()
	w.signalOrderer(syscall.SIGSTOP)
	w.journal.GrowTo("ingest/oem", 12)
	ctx, cancel := context.WithTimeout(w.t.Context(), outagePatience)
	defer cancel()
	err := w.Round(ctx)
	w.signalOrderer(syscall.SIGCONT)
	if err == nil || errors.Is(err, anchor.ErrDiverged) {
		w.t.Fatalf("without an orderer: %v", err)
	}
	waiting, err := w.store.Waiting(w.t.Context(), 10)
	if err != nil || len(waiting) != 1 || waiting[0].Number() != 3 {
		w.t.Fatalf("waiting %+v, %v; want epoch 3", waiting, err)
	}
	w.restart()
	w.journal.GrowTo("ingest/oem", 15)
	w.round()
	w.expectLast(4)
}

func (w *world) signalOrderer(signal syscall.Signal) {
	w.t.Helper()
	record, err := os.ReadFile(filepath.Join(w.network.Dir(), "pid", "fabric-orderer1"))
	if err != nil {
		w.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(record))[0])
	if err != nil {
		w.t.Fatal(err)
	}
	if err := syscall.Kill(pid, signal); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) restartTheNetwork() {
	w.t.Helper()
	w.network.Stop()
	w.journal.GrowTo("ingest/oem", 20)
	ctx, cancel := context.WithTimeout(w.t.Context(), outagePatience)
	defer cancel()
	if err := w.Round(ctx); err == nil || errors.Is(err, anchor.ErrDiverged) {
		w.t.Fatalf("without a network: %v", err)
	}
	w.network.Up()
	w.round()
	w.expectLast(5)
}

func (w *world) expectLast(number uint64) {
	w.t.Helper()
	last, err := w.store.Last(w.t.Context())
	if err != nil || last == nil || last.Number() != number {
		w.t.Fatalf("last epoch %+v, %v; want %d", last, err, number)
	}
	if size, all := last.Entries(), uint64(len(w.journal.Streams["ingest/oem"])); size != all {
		w.t.Errorf("epoch %d covers %d of %d entries", number, size, all)
	}
}

// checkChain holds every epoch against the ledger and verifies its endorsements with nothing but the roots.
func (w *world) checkChain() {
	w.t.Helper()
	epochs, err := w.store.Epochs(w.t.Context(), 100, 100)
	if err != nil || len(epochs) != 5 {
		w.t.Fatalf("%d epochs, %v", len(epochs), err)
	}
	for i, e := range epochs {
		if i > 0 && epochs[i-1].Record.PreviousHash != e.Hash {
			w.t.Errorf("epoch %d does not follow epoch %d", epochs[i-1].Number(), e.Number())
		}
		onLedger, err := w.ledger.FindEpoch(w.t.Context(), e.Number())
		if err != nil || onLedger.Transaction.ID != e.Transaction.ID || onLedger.Transaction.Block != e.Transaction.Block {
			w.t.Errorf("epoch %d: %+v, on the ledger %+v, %v", e.Number(), e.Transaction, onLedger, err)
		}
		if len(e.Transaction.EndorsingMSPs()) < 2 {
			w.t.Errorf("epoch %d is endorsed by %v", e.Number(), e.Transaction.EndorsingMSPs())
		}
		for _, s := range e.Transaction.Endorsements {
			payload, chaincode, err := endorsement.Verify(s.Signed, s.Signature, []byte(s.CertificatePEM), []byte(w.root(s.MSPID)))
			if err != nil || string(payload) != e.Hash.String() || chaincode != e.Transaction.Chaincode {
				w.t.Errorf("epoch %d, endorsement by %s: %q %q %v", e.Number(), s.MSPID, payload, chaincode, err)
			}
		}
	}
}

func (w *world) root(mspID string) string {
	w.t.Helper()
	for _, org := range w.network.Network.Orgs {
		if org.MSPID == mspID {
			text, err := os.ReadFile(org.MSPRootFile)
			if err != nil {
				w.t.Fatal(err)
			}
			return string(text)
		}
	}
	w.t.Fatalf("no organisation with MSP %s", mspID)
	return ""
}
