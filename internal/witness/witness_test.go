package witness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/wire"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

const origin = "pcc.example/index"

// open opens a witness, by default of a new key in a new folder.
func open(t *testing.T, opts Options) *Witness {
	t.Helper()
	if opts.Folder == "" {
		opts.Folder = filepath.Join(t.TempDir(), "witness")
	}
	if opts.Cosigner == nil {
		opts.Cosigner = witnesstest.NewCosigner(t, "example.com/witness")
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	w, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// add submits a size of a log as a log does that knows the witness's last one.
func add(t *testing.T, w *Witness, log *witnesstest.Log, from, to uint64) error {
	t.Helper()
	cosignature, err := w.AddCheckpoint(t.Context(), request(log, from, to))
	if err != nil {
		return err
	}
	signed := append(log.Checkpoint(to), cosignature.Line...)
	if _, err := w.opts.Cosigner.Verifier().Open(signed); err != nil {
		t.Errorf("the cosignature of size %d: %v", to, err)
	}
	return nil
}

func request(log *witnesstest.Log, from, to uint64) wire.Request {
	return wire.Request{OldSize: from, Proof: log.Proof(from, to), Note: log.Checkpoint(to)}
}

// size returns the size of the last checkpoint cosigned of the only log.
func size(w *Witness) uint64 { return w.Status()[0].Size }

func TestEveryAnswerOfTheProtocol(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(20, "")
	stranger := witnesstest.NewLog(t, origin).Grow(20, "")
	unknown := witnesstest.NewLog(t, "other.example").Grow(20, "")
	w := open(t, Options{Logs: []checkpoint.Log{log.Known()}})
	server := httptest.NewServer(w.Handler())
	defer server.Close()
	body := func(from uint64, path []proof.Hash, signed []byte) []byte {
		return wire.Request{OldSize: from, Proof: path, Note: signed}.Marshal()
	}
	forged := bytes.Replace(log.Checkpoint(9), []byte("\n9\n"), []byte("\n8\n"), 1)
	for _, c := range []struct {
		name   string
		body   []byte
		status int
		answer string
	}{
		{"nothing", nil, http.StatusBadRequest, ""},
		{"no note", []byte("old 0\n\n"), http.StatusBadRequest, ""},
		{"no signature", []byte("old 0\n\n" + origin + "\n1\n"), http.StatusBadRequest, ""},
		{"a leading zero", append([]byte("old 00\n\n"), log.Checkpoint(1)...), http.StatusBadRequest, ""},
		{"half a hash", append([]byte("old 1\nAAAA\n\n"), log.Checkpoint(2)...), http.StatusBadRequest, ""},
		{"too long a proof", body(1, make([]proof.Hash, 64), log.Checkpoint(2)), http.StatusBadRequest, ""},
		{"too long a body", bytes.Repeat([]byte("x"), wire.MaxRequestBytes+1), http.StatusRequestEntityTooLarge, ""},
		{"an unknown log", body(0, nil, unknown.Checkpoint(5)), http.StatusNotFound, ""},
		{"an unknown key", body(0, nil, stranger.Checkpoint(5)), http.StatusForbidden, ""},
		{"a forged size", body(0, nil, forged), http.StatusForbidden, ""},
		{"old above new", body(6, nil, log.Checkpoint(5)), http.StatusBadRequest, ""},
		{"old of a stranger", body(3, log.Proof(3, 5), log.Checkpoint(5)), http.StatusConflict, "0\n"},
		{"a proof from nothing", body(0, log.Proof(3, 5), log.Checkpoint(5)), http.StatusUnprocessableEntity, ""},
		{"an empty tree", body(0, nil, log.Checkpoint(0)), http.StatusOK, "— example.com/witness "},
		{"the first", body(0, nil, log.Checkpoint(5)), http.StatusOK, "— example.com/witness "},
		{"the same again", body(5, nil, log.Checkpoint(5)), http.StatusOK, "— example.com/witness "},
		{"the same from nothing", body(0, nil, log.Checkpoint(5)), http.StatusConflict, "5\n"},
		{"without proof", body(5, nil, log.Checkpoint(9)), http.StatusUnprocessableEntity, ""},
		{"with another proof", body(5, log.Proof(4, 9), log.Checkpoint(9)), http.StatusUnprocessableEntity, ""},
		{"the next", body(5, log.Proof(5, 9), log.Checkpoint(9)), http.StatusOK, "— example.com/witness "},
		{"a late one", body(5, log.Proof(5, 7), log.Checkpoint(7)), http.StatusConflict, "9\n"},
	} {
		status, answer := post(t, server.URL+"/add-checkpoint", c.body)
		if status != c.status || !strings.HasPrefix(answer, c.answer) {
			t.Errorf("%s: %d %q, want %d %q", c.name, status, answer, c.status, c.answer)
		}
	}
	if got := w.Status()[0]; got.Size != 9 || len(got.Evidence) != 0 {
		t.Errorf("an honest log ends at %+v", got)
	}
	if response, err := http.Get(server.URL + "/add-checkpoint"); err != nil || response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v, %v", response, err)
	}
}

func TestAnEmptyTreeHasOneRoot(t *testing.T) {
	log := witnesstest.NewLog(t, origin)
	key := filepath.Join(t.TempDir(), "log.key")
	public, err := checkpoint.CreateLogKey(key, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := checkpoint.ReadLogKey(key)
	if err != nil {
		t.Fatal(err)
	}
	known, err := checkpoint.NewLog(origin, log.VerifierKey(), public)
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := signer.Sign(checkpoint.Checkpoint{Origin: origin, Root: proof.Hash{1}})
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, Options{Logs: []checkpoint.Log{known}})
	if _, err := w.AddCheckpoint(t.Context(), wire.Request{Note: wrong}); !errors.Is(err, ErrInconsistent) {
		t.Error(err)
	}
}

func TestWhatAWitnessServes(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	w := open(t, Options{Logs: []checkpoint.Log{log.Known()}, Now: func() time.Time { return time.Unix(1_700_000_000, 0) }})
	server := httptest.NewServer(w.Handler())
	defer server.Close()
	last := server.URL + "/" + wire.LogID(origin) + "/checkpoint"
	if status, _ := get(t, last); status != http.StatusNotFound {
		t.Errorf("before the first checkpoint: %d", status)
	}
	if err := add(t, w, log, 0, 5); err != nil {
		t.Fatal(err)
	}
	policy, err := checkpoint.NewPolicy(log.Known(), 1, w.opts.Cosigner.Verifier().String())
	if err != nil {
		t.Fatal(err)
	}
	status, note := get(t, last)
	if signed, _, err := policy.Verify(note); status != http.StatusOK || err != nil || signed.Size != 5 {
		t.Errorf("%d %s: %v", status, note, err)
	}
	var got []LogStatus
	_, body := get(t, server.URL+"/status")
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	root, at := log.Root(5), time.Unix(1_700_000_000, 0).UTC()
	want := []LogStatus{{Log: wire.LogID(origin), Origin: origin, Size: 5, Root: root[:], CosignedAt: &at, Evidence: []string{}, Unexplained: []string{}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("status %+v, want %+v", got, want)
	}
	for _, path := range []string{"/x/checkpoint", "/" + wire.LogID(origin) + "/evidence/x", "/x/evidence/x"} {
		if status, _ := get(t, server.URL+path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func get(t *testing.T, url string) (status int, body []byte) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

func TestNothingIsStoredOfWhatIsNotApproved(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(9, "")
	var verdict error
	var asked []uint64
	w := open(t, Options{Logs: []checkpoint.Log{log.Known()}, Approve: func(_ context.Context, c checkpoint.Checkpoint) error {
		asked = append(asked, c.Size)
		return verdict
	}})
	server := httptest.NewServer(w.Handler())
	defer server.Close()
	if err := add(t, w, log, 0, 5); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		verdict error
		status  int
		answer  string
	}{
		{fmt.Errorf("%w: the map root of epoch 9 is another", ErrRefused), http.StatusUnprocessableEntity, "the map root of epoch 9 is another"},
		{errors.New("secret address of the replica"), http.StatusServiceUnavailable, "cannot cosign now"},
		{nil, http.StatusOK, "— example.com/witness "},
	} {
		verdict = c.verdict
		status, answer := post(t, server.URL+"/add-checkpoint", request(log, 5, 9).Marshal())
		if status != c.status || !strings.Contains(answer, c.answer) || strings.Contains(answer, "secret") {
			t.Errorf("%d %q, want %d %q", status, answer, c.status, c.answer)
		}
		if want := map[bool]uint64{true: 9, false: 5}[c.verdict == nil]; size(w) != want {
			t.Errorf("size %d after %v", size(w), c.verdict)
		}
	}
	if _, err := w.AddCheckpoint(t.Context(), wire.Request{OldSize: 9, Note: log.Checkpoint(5)}); !errors.Is(err, ErrMalformed) {
		t.Error(err)
	}
	if want := []uint64{5, 9, 9, 9}; !reflect.DeepEqual(asked, want) {
		t.Errorf("asked for %v, want %v: never for what is not consistent", asked, want)
	}
}

// TestRacesNeverRollBack sends all sizes at once, each until it is cosigned or overtaken.
func TestRacesNeverRollBack(t *testing.T) {
	const sizes = 24
	log := witnesstest.NewLog(t, origin).Grow(sizes, "")
	w := open(t, Options{Logs: []checkpoint.Log{log.Known()}})
	server := httptest.NewServer(w.Handler())
	defer server.Close()
	var racing sync.WaitGroup
	for to := uint64(1); to <= sizes; to++ {
		racing.Go(func() {
			from := uint64(0)
			for range 2 * sizes {
				_, err := w.AddCheckpoint(t.Context(), request(log, from, to))
				conflict := new(ConflictError)
				if !errors.As(err, &conflict) {
					if err != nil {
						t.Errorf("size %d: %v", to, err)
					}
					return
				}
				if from = conflict.Size; from > to {
					return
				}
			}
		})
	}
	racing.Wait()
	if got := w.Status()[0]; got.Size != sizes || len(got.Evidence) > 0 || got.EvidenceUnkept > 0 {
		t.Errorf("honest races end at %+v", got)
	}
}

func TestAWaitForAnotherExaminationEnds(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	busy, done := make(chan struct{}), make(chan struct{})
	w := open(t, Options{Logs: []checkpoint.Log{log.Known()}, Approve: func(context.Context, checkpoint.Checkpoint) error {
		close(busy)
		<-done
		return nil
	}})
	first := make(chan error)
	go func() {
		_, err := w.AddCheckpoint(t.Context(), request(log, 0, 5))
		first <- err
	}()
	<-busy
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.AddCheckpoint(ctx, request(log, 0, 5)); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
	close(done)
	if err := <-first; err != nil {
		t.Error(err)
	}
}
