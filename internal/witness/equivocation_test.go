package witness

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/evidence"
	"github.com/pcc-platform/pcc/internal/witness/wire"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

// TestALogThatForksIsCaught lets a log show one history to a witness and then another, in every way that it can try, and
// takes the evidence over HTTP to somebody who has the log's key alone.
func TestALogThatForksIsCaught(t *testing.T) {
	const seen = 11
	log := witnesstest.NewLog(t, origin).Grow(30, "")
	fork := log.Fork(6).Grow(30, "fork")
	for name, c := range map[string]struct {
		submit wire.Request
		status int
		kind   evidence.Kind
	}{
		"the same size":             {request(fork, seen, seen), http.StatusUnprocessableEntity, evidence.SameSize},
		"the same size, from zero":  {request(fork, 0, seen), http.StatusConflict, evidence.SameSize},
		"a smaller one as the next": {wire.Request{OldSize: seen, Note: fork.Checkpoint(7)}, http.StatusBadRequest, evidence.SameSize},
		"a size seen before":        {request(fork, 0, 7), http.StatusConflict, evidence.SameSize},
		"a larger one":              {request(fork, seen, 30), http.StatusUnprocessableEntity, evidence.Prefix},
		"a larger one, from before": {request(fork, 7, 30), http.StatusConflict, evidence.Prefix},
	} {
		var told bytes.Buffer
		w := open(t, Options{Logs: []checkpoint.Log{log.Known()}, Logger: slog.New(slog.NewJSONHandler(&told, nil))})
		for _, step := range [][2]uint64{{0, 5}, {5, 7}, {7, seen}} {
			if err := add(t, w, log, step[0], step[1]); err != nil {
				t.Fatal(err)
			}
		}
		server := httptest.NewServer(w.Handler())
		response, err := http.Post(server.URL+"/add-checkpoint", "text/plain", bytes.NewReader(c.submit.Marshal()))
		if err != nil {
			t.Fatal(err)
		}
		id := response.Header.Get(wire.EvidenceHeader)
		if response.StatusCode != c.status || id == "" {
			t.Fatalf("%s: %d, evidence %q", name, response.StatusCode, id)
		}
		if got := w.Status()[0]; got.Size != seen || len(got.Evidence) != 1 || got.Evidence[0] != id {
			t.Errorf("%s: status %+v", name, got)
		}
		if !strings.Contains(told.String(), "log has signed two histories") || !strings.Contains(told.String(), id) {
			t.Errorf("%s: the log has %s", name, &told)
		}
		status, doc := get(t, server.URL+"/"+wire.LogID(origin)+"/evidence/"+id)
		found, err := evidence.Verify(doc, log.Known())
		if status != http.StatusOK || err != nil || found.Kind != c.kind {
			t.Errorf("%s: %d, %+v, %v", name, status, found, err)
		}
		// The witness stays with the history that it saw first.
		if err := add(t, w, log, seen, 30); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
}

// TestWhatOthersCanDoIsNoEvidence sends what anybody can who has seen honest checkpoints.
func TestWhatOthersCanDoIsNoEvidence(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(30, "")
	fork := log.Fork(6).Grow(30, "fork") // which the log never signs
	w := open(t, Options{Logs: []checkpoint.Log{log.Known()}})
	for _, step := range [][2]uint64{{0, 5}, {5, 11}} {
		if err := add(t, w, log, step[0], step[1]); err != nil {
			t.Fatal(err)
		}
	}
	for from := range uint64(12) {
		for to := max(from, 1); to <= 30; to++ {
			for _, path := range [][]proof.Hash{nil, fork.Proof(from, to), log.Proof(min(from+1, to), to)} {
				if from == 11 && to == 11 {
					continue
				}
				_, err := w.AddCheckpoint(t.Context(), wire.Request{OldSize: from, Proof: path, Note: log.Checkpoint(to)})
				if caught := new(EquivocationError); err == nil || errors.As(err, &caught) {
					t.Fatalf("%d to %d: %v", from, to, err)
				}
			}
		}
	}
	for to := range uint64(31) {
		if err := w.Examine(t.Context(), log.Checkpoint(to)); err != nil {
			t.Errorf("examined %d: %v", to, err)
		}
	}
	if got := w.Status()[0]; got.Size != 11 || len(got.Evidence) > 0 {
		t.Errorf("%+v", got)
	}
}

// TestEvidenceIsLookedUp has a fork that neither a remembered size nor the proof of the request shows.
func TestEvidenceIsLookedUp(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(30, "")
	fork := log.Fork(6).Grow(30, "fork")
	shown := fork
	lookups := 0
	w := open(t, Options{
		Logs: []checkpoint.Log{log.Known()},
		Prefix: func(_ context.Context, larger checkpoint.Checkpoint, size uint64) (proof.Hash, []proof.Hash, error) {
			lookups++
			if shown == nil || larger.Root != shown.Root(larger.Size) {
				return proof.Hash{}, nil, errors.New("no such tree")
			}
			return shown.Root(size), shown.Proof(size, larger.Size), nil
		},
	})
	if err := add(t, w, log, 0, 8); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		shown  *witnesstest.Log
		submit wire.Request
		caught bool
	}{
		"larger, from a power of two":         {fork, request(fork, 8, 20), true},
		"larger, the log hides its tree":      {nil, request(fork, 8, 20), false},
		"smaller, within what is remembered":  {log, request(fork, 0, 7), true},
		"an honest one that comes late":       {log, request(log, 0, 7), false},
		"an honest one that begins too early": {log, request(log, 0, 20), false},
	} {
		shown = c.shown
		_, err := w.AddCheckpoint(t.Context(), c.submit)
		if caught := new(EquivocationError); errors.As(err, &caught) != c.caught {
			t.Errorf("%s: %v", name, err)
		}
	}
	if lookups != 4 {
		t.Errorf("looked up %d times: a log that does not know the last size is no reason to", lookups)
	}
	shown = fork
	if caught := new(EquivocationError); !errors.As(w.Examine(t.Context(), fork.Checkpoint(25)), &caught) || !caught.Kept {
		t.Error("a fork seen elsewhere is not caught")
	}
}

func TestEvidenceIsBoundedAndNeverReplaced(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	folder := filepath.Join(t.TempDir(), "witness")
	cosigner := witnesstest.NewCosigner(t, "example.com/witness")
	opts := Options{Logs: []checkpoint.Log{log.Known()}, Folder: folder, Cosigner: cosigner}
	w := open(t, opts)
	if err := add(t, w, log, 0, 5); err != nil {
		t.Fatal(err)
	}
	var firstID string
	var first os.FileInfo
	for i := range MaxEvidence + 2 {
		fork := log.Fork(2).Grow(5, string(rune('A'+i)))
		caught := new(EquivocationError)
		for range 2 {
			if err := w.Examine(t.Context(), fork.Checkpoint(5)); !errors.As(err, &caught) {
				t.Fatalf("fork %d: %v", i, err)
			}
		}
		if caught.Kept != (i < MaxEvidence) {
			t.Errorf("fork %d: kept %t", i, caught.Kept)
		}
		path := filepath.Join(folder, wire.LogID(origin), "evidence", caught.ID+".json")
		if i == 0 {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			firstID, first = caught.ID, info
		}
	}
	again, err := os.Stat(filepath.Join(folder, wire.LogID(origin), "evidence", firstID+".json"))
	if err != nil || !os.SameFile(first, again) || again.ModTime() != first.ModTime() {
		t.Errorf("the first document is not the one that was written: %v", err)
	}
	before := w.Status()[0]
	if len(before.Evidence) != MaxEvidence || before.EvidenceUnkept != 4 {
		t.Errorf("%d kept, %d not", len(before.Evidence), before.EvidenceUnkept)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if after := open(t, opts).Status()[0]; len(after.Evidence) != MaxEvidence || after.Size != 5 {
		t.Errorf("after a restart %+v", after)
	}
}

// TestWhatIsNotExplainedBecomesEvidence has a log that forks after a power of two, so that its proof does not show the other
// beginning, and hides its tree.
func TestWhatIsNotExplainedBecomesEvidence(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(30, "")
	fork := log.Fork(6).Grow(30, "fork")
	opts := folderOf(t, log)
	w := open(t, opts)
	if err := add(t, w, log, 0, 8); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := add(t, w, fork, 8, 20); !errors.Is(err, ErrInconsistent) {
			t.Fatal(err)
		}
		honest := wire.Request{OldSize: 8, Proof: fork.Proof(8, 12), Note: log.Checkpoint(12)}
		if _, err := w.AddCheckpoint(t.Context(), honest); !errors.Is(err, ErrInconsistent) {
			t.Fatal(err)
		}
	}
	if got := w.Status()[0]; len(got.Evidence) != 0 || len(got.Unexplained) != 2 {
		t.Fatalf("%+v", got)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w = open(t, opts)
	if err := add(t, w, log, 8, 12); err != nil {
		t.Fatal(err)
	}
	left := w.Status()[0].Unexplained
	if len(left) != 1 {
		t.Fatalf("%v is not explained: the honest one was cosigned", left)
	}
	note, err := w.Unexplained(wire.LogID(origin), left[0])
	if err != nil {
		t.Fatal(err)
	}
	other := open(t, Options{Logs: []checkpoint.Log{log.Known()}})
	if err := add(t, other, log, 0, 20); err != nil {
		t.Fatal(err)
	}
	if caught := new(EquivocationError); !errors.As(other.Examine(t.Context(), note), &caught) {
		t.Error("another witness makes no evidence of it")
	}
	if err := add(t, w, log, 12, 20); err != nil {
		t.Fatal(err)
	}
	got := w.Status()[0]
	if len(got.Evidence) != 1 || len(got.Unexplained) != 0 || got.Evidence[0] != other.Status()[0].Evidence[0] {
		t.Errorf("%+v", got)
	}
}
