package daemon

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/witness/evidence"
	"github.com/pcc-platform/pcc/internal/witness/quorum"
	"github.com/pcc-platform/pcc/internal/witness/wire"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

// three makes the witnesses of three members, which compare with each other.
func three(t *testing.T, logKey string) (oem, insurer, garage *member) {
	t.Helper()
	oem, insurer, garage = newMember(t, "oem", logKey), newMember(t, "insurer", logKey), newMember(t, "garage", logKey)
	for _, m := range []*member{oem, insurer, garage} {
		for _, other := range []*member{oem, insurer, garage} {
			if other != m {
				m.cfg.Peers = append(m.cfg.Peers, other.cfg.URL())
			}
		}
	}
	return oem, insurer, garage
}

// evidenceOf reads a witness's documents of evidence over HTTP and verifies each with the log's key alone.
func evidenceOf(t *testing.T, m *member, p *witnesstest.Platform) (n int) {
	t.Helper()
	logs, err := Status(t.Context(), m.cfg.URL(), http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range logs[0].Evidence {
		response, err := http.Get(m.cfg.URL() + "/" + logs[0].Log + "/evidence/" + id)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := evidence.Verify(doc, p.Known()); err != nil || evidence.ID(doc) != id {
			t.Errorf("evidence %s: %v", id, err)
		}
		n++
	}
	return n
}

// TestAnOperatorWithTwoHistoriesIsCaught shows one history to two members and another one to the third. The other one finds no
// second witness, who tries it holds evidence; and the members that were never asked find out by comparing.
func TestAnOperatorWithTwoHistoriesIsCaught(t *testing.T) {
	one := witnesstest.NewPlatform(t, origin)
	oem, insurer, garage := three(t, one.VerifierKey())
	grow(one, 2)
	two := one.Fork()
	two.Journal("ingest/oem", 1) // an event that the others are not to see
	grow(one, 1)
	grow(two, 1)
	oem.start(one)
	garage.start(one)
	insurer.start(two)

	if _, err := ask(t, one, 2, oem, garage); err != nil {
		t.Fatalf("the first history: %v", err)
	}
	_, err := ask(t, two, 2, garage, insurer)
	tooFew := new(quorum.TooFewError)
	if !errors.As(err, &tooFew) || tooFew.Got != 1 || len(tooFew.Failures) != 1 || tooFew.Failures[0].Witness != "garage" {
		t.Fatalf("the second history: %v", err)
	}
	if !strings.Contains(err.Error(), "evidence") {
		t.Errorf("the refusal does not name the evidence: %v", err)
	}
	if evidenceOf(t, garage, one) != 1 {
		t.Error("who was asked for both has no evidence")
	}
	if evidenceOf(t, oem, one) != 0 || evidenceOf(t, insurer, one) != 0 {
		t.Error("evidence before anything was compared")
	}
	oem.daemon.exchange.round(t.Context())
	insurer.daemon.exchange.round(t.Context())
	if evidenceOf(t, oem, one) == 0 || evidenceOf(t, insurer, one) == 0 {
		t.Error("two members compared what they were shown and found nothing")
	}
}

// TestALieIsNotCosigned has the log sign an epoch whose map leaves an entry out.
func TestALieIsNotCosigned(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	oem := newMember(t, "oem", p.VerifierKey())
	oem.start(p)
	grow(p, 2)
	p.Forge = func(r *model.EpochRecord) { r.MapRoot[0] ^= 1 }
	grow(p, 1)
	_, err := ask(t, p, 1, oem)
	status := new(quorum.StatusError)
	if !errors.As(err, &status) || status.Status != http.StatusUnprocessableEntity || !strings.Contains(status.Reason, "epoch 3: epoch: the root of the map differs") {
		t.Errorf("%v", err)
	}
	if n := oem.cosigned(); n != 0 {
		t.Errorf("epoch %d is cosigned", n)
	}
}

// TestOneOfThreeMayBeAway stops one witness, and then a second one.
func TestOneOfThreeMayBeAway(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	oem, insurer, garage := three(t, p.VerifierKey())
	for _, m := range []*member{oem, insurer, garage} {
		m.start(p)
	}
	grow(p, 2)
	if _, err := ask(t, p, 3, oem, insurer, garage); err != nil {
		t.Fatal(err)
	}
	garage.halt()
	grow(p, 2)
	if _, err := ask(t, p, 2, oem, insurer, garage); err != nil {
		t.Fatalf("with one away: %v", err)
	}
	insurer.halt()
	grow(p, 2)
	if _, err := ask(t, p, 2, oem, insurer, garage); !errors.Is(err, quorum.ErrTooFew) {
		t.Fatalf("with two away: %v", err)
	}
	garage.start(p)
	if collected, err := ask(t, p, 2, oem, insurer, garage); err != nil || len(collected.Failures) != 1 {
		t.Fatalf("with one back: %v, %v", collected.Failures, err)
	}
	if n := garage.cosigned(); n != 6 {
		t.Errorf("who was away is at epoch %d, want 6", n)
	}
}

func TestAWitnessWithoutItsReplayBeginsAnew(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	oem := newMember(t, "oem", p.VerifierKey())
	oem.start(p)
	grow(p, 3)
	if _, err := ask(t, p, 1, oem); err != nil {
		t.Fatal(err)
	}
	oem.halt()
	if err := os.Remove(oem.cfg.replayFile()); err != nil {
		t.Fatal(err)
	}
	oem.start(p)
	grow(p, 1)
	if _, err := ask(t, p, 1, oem); err != nil {
		t.Error(err)
	}
}

func TestAFolderIsUsedByOneProcess(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	oem := newMember(t, "oem", p.VerifierKey())
	oem.start(p)
	again := *oem
	again.cfg.Listen = "127.0.0.1:0"
	if d, err := build(t.Context(), again.cfg, shown{p}, oem.daemon.logger); err == nil {
		t.Error("a second process took the folder", d.close())
	}
}

func TestConfigurationsThatCannotWork(t *testing.T) {
	good := Config{Folder: "f", Listen: "127.0.0.1:1", ProfileFile: "p", Peers: []string{"https://a.example", "http://127.0.0.1:1"}}
	if err := good.validate(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"no folder":            func(c *Config) { c.Folder = "" },
		"no profile":           func(c *Config) { c.ProfileFile = "" },
		"open without TLS":     func(c *Config) { c.Listen = "0.0.0.0:1" },
		"a peer without TLS":   func(c *Config) { c.Peers = []string{"http://a.example"} },
		"a peer of no address": func(c *Config) { c.Peers = []string{"a.example"} },
		"too many peers":       func(c *Config) { c.Peers = make([]string, MaxPeers+1) },
	} {
		bad := good
		change(&bad)
		if bad.validate() == nil {
			t.Error(name)
		}
	}
}

// TestTheKeyStaysWithTheMemory starts a witness with a new key on the memory of an old one.
func TestTheKeyStaysWithTheMemory(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	oem, other := newMember(t, "oem", p.VerifierKey()), newMember(t, "other", p.VerifierKey())
	oem.start(p)
	grow(p, 1)
	if _, err := ask(t, p, 1, oem); err != nil {
		t.Fatal(err)
	}
	oem.halt()
	if err := os.Rename(oem.cfg.memory(), other.cfg.memory()); err != nil {
		t.Fatal(err)
	}
	if d, err := build(t.Context(), other.cfg, shown{p}, oem.daemon.logger); err == nil {
		t.Error("it took another's memory", d.close())
	}
	if _, err := os.Stat(filepath.Join(other.cfg.memory(), wire.LogID(origin))); err != nil {
		t.Error(err)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(atMost(1, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		begun <- struct{}{}
		<-end
	})))
	defer server.Close()
	first := make(chan error, 1)
	go func() { first <- get(server.URL, http.StatusOK) }()
	<-begun
	if err := get(server.URL, http.StatusServiceUnavailable); err != nil {
		t.Error(err)
	}
	close(end)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

// get fails unless it is answered with a status.
func get(url string, want int) error {
	response, err := http.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != want {
		return fmt.Errorf("%s, want %d", response.Status, want)
	}
	return nil
}

func TestRunEndsWithItsContext(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	oem := newMember(t, "oem", p.VerifierKey())
	oem.start(p)
	began := time.Now()
	oem.halt()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s to stop", took)
	}
}

// TestTheIndexShownIsSearchedForEvidence has a platform go on with another history from a size of which no proof shows the beginning. It is
// the index that it shows which convicts it.
func TestTheIndexShownIsSearchedForEvidence(t *testing.T) {
	p := witnesstest.NewPlatform(t, origin)
	m := newMember(t, "oem", p.VerifierKey())
	grow(p, 6)
	fork := p.Fork()
	fork.Journal("ingest/insurer", 4)
	grow(p, 2)
	grow(fork, 14)
	m.start(p)
	if _, err := ask(t, p, 1, m); err != nil || m.cosigned() != 8 {
		t.Fatalf("cosigned %d: %v", m.cosigned(), err)
	}
	m.halt()
	m.start(fork)
	if _, err := ask(t, fork, 1, m); err == nil {
		t.Error("another history was cosigned")
	}
	logs, err := Status(t.Context(), m.cfg.URL(), http.DefaultClient)
	if err != nil || len(logs) != 1 || len(logs[0].Evidence) != 1 || logs[0].Size != 8 {
		t.Errorf("status %+v, %v", logs, err)
	}
}
