package quorum_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/evidence"
	"github.com/pcc-platform/pcc/internal/witness/quorum"
	"github.com/pcc-platform/pcc/internal/witness/wire"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

const origin = "pcc.example/index"

// member is one witness on a real port, with what a test puts between it and the log.
type member struct {
	quorum.Witness
	witness *witness.Witness
	server  *httptest.Server
	// before is asked about each request; true means that it has answered.
	before func(http.ResponseWriter, *http.Request) bool
	calls  atomic.Int32
}

func newMember(t *testing.T, log *witnesstest.Log, name string, change func(*witness.Options)) *member {
	t.Helper()
	opts := witness.Options{
		Folder: t.TempDir(), Cosigner: witnesstest.NewCosigner(t, name+".example/witness"),
		Logs: []checkpoint.Log{log.Known()}, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&opts)
	}
	w, err := witness.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	m := &member{witness: w}
	handler := w.Handler()
	m.server = httptest.NewTLSServer(http.StripPrefix("/pcc", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		m.calls.Add(1)
		if m.before == nil || !m.before(rw, r) {
			handler.ServeHTTP(rw, r)
		}
	})))
	t.Cleanup(func() {
		m.server.Close()
		w.Close()
	})
	m.Witness = quorum.Witness{Name: name, URL: m.server.URL + "/pcc/", Key: opts.Cosigner.Verifier().String()}
	return m
}

// threeMembers follow the same log.
func threeMembers(t *testing.T, log *witnesstest.Log) []*member {
	t.Helper()
	return []*member{newMember(t, log, "oem", nil), newMember(t, log, "insurer", nil), newMember(t, log, "garage", nil)}
}

func newQuorum(t *testing.T, log *witnesstest.Log, need int, members ...*member) *quorum.Quorum {
	t.Helper()
	return withOptions(t, quorum.Options{Log: log.Known(), Need: need}, members...)
}

func withOptions(t *testing.T, opts quorum.Options, members ...*member) *quorum.Quorum {
	t.Helper()
	opts.HTTP = members[0].server.Client()
	for _, m := range members {
		opts.Witnesses = append(opts.Witnesses, m.Witness)
	}
	q, err := quorum.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func prover(log *witnesstest.Log) quorum.ProveFunc {
	return func(_ context.Context, from, to uint64) ([]proof.Hash, error) { return log.Proof(from, to), nil }
}

// collect collects one size of the log and holds the note to the policy.
func collect(t *testing.T, q *quorum.Quorum, log *witnesstest.Log, size uint64) ([]checkpoint.Cosignature, error) {
	t.Helper()
	collected, err := q.Collect(t.Context(), log.Checkpoint(size), prover(log))
	if err != nil {
		return nil, err
	}
	signed, cosignatures, err := q.Policy().Verify(collected.Note)
	if err != nil || signed.Size != size {
		t.Errorf("collected %+v: %v", signed, err)
	}
	return cosignatures, nil
}

func TestAQuorumFollowsALog(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(40, "")
	members := threeMembers(t, log)
	q := newQuorum(t, log, 3, members...)
	for _, size := range []uint64{1, 8, 8, 13, 40} {
		cosignatures, err := collect(t, q, log, size)
		if err != nil {
			t.Fatal(err)
		}
		names := []string{}
		for _, c := range cosignatures {
			names = append(names, c.Witness)
		}
		if want := []string{"garage.example/witness", "insurer.example/witness", "oem.example/witness"}; !slices.Equal(names, want) {
			t.Errorf("size %d: %v", size, names)
		}
	}
	for _, m := range members {
		if calls := m.calls.Load(); calls != 5 {
			t.Errorf("%d calls for 5 checkpoints: where a witness is should be known", calls)
		}
	}
	if _, err := newQuorum(t, log, 3, members...).Collect(t.Context(), log.Checkpoint(8), prover(log)); !errors.Is(err, quorum.ErrAhead) {
		t.Errorf("an old checkpoint: %v", err)
	}
}

func TestEachWitnessIsBroughtFromWhereItIs(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(40, "")
	members := threeMembers(t, log)
	for i, m := range members[1:] {
		if _, err := collect(t, newQuorum(t, log, 1, m), log, uint64(10*(i+1))); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	var proved []uint64
	_, err := newQuorum(t, log, 3, members...).Collect(t.Context(), log.Checkpoint(40), func(_ context.Context, from, to uint64) ([]proof.Hash, error) {
		mu.Lock()
		defer mu.Unlock()
		proved = append(proved, from)
		return log.Proof(from, to), nil
	})
	slices.Sort(proved)
	if err != nil || !slices.Equal(proved, []uint64{10, 20}) {
		t.Errorf("proved from %v, %v", proved, err)
	}
}

// TestEnoughIsEnough has a witness that never answers and one that is gone: with two of four, neither is waited for.
func TestEnoughIsEnough(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	members := append(threeMembers(t, log), newMember(t, log, "bank", nil))
	released := make(chan struct{})
	members[0].before = func(_ http.ResponseWriter, r *http.Request) bool {
		waitForTheEnd(r)
		close(released)
		return true
	}
	members[1].server.Close()
	cosignatures, err := collect(t, newQuorum(t, log, 2, members...), log, 5)
	if err != nil || len(cosignatures) != 2 {
		t.Fatalf("%v, %v", cosignatures, err)
	}
	if members[0].calls.Load() > 0 {
		<-released
	}
}

// TestTheOthersMayLinger has one that answers after enough have, and one that fails.
func TestTheOthersMayLinger(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	members := threeMembers(t, log)
	failed := make(chan struct{})
	members[1].before = func(http.ResponseWriter, *http.Request) bool {
		<-failed
		return false
	}
	members[2].before = func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "no", http.StatusTeapot)
		close(failed)
		return true
	}
	q := withOptions(t, quorum.Options{Log: log.Known(), Need: 1, Linger: time.Minute}, members...)
	collected, err := q.Collect(t.Context(), log.Checkpoint(5), prover(log))
	if err != nil || len(collected.Failures) != 1 || collected.Failures[0].Witness != "garage" {
		t.Fatalf("%+v, %v", collected.Failures, err)
	}
	if _, cosignatures, err := q.Policy().Verify(collected.Note); err != nil || len(cosignatures) != 2 {
		t.Errorf("%+v, %v", cosignatures, err)
	}
}

func TestTheOthersLingerNoLonger(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	members := threeMembers(t, log)
	members[0].before = func(_ http.ResponseWriter, r *http.Request) bool {
		waitForTheEnd(r)
		return true
	}
	q := withOptions(t, quorum.Options{Log: log.Known(), Need: 1, Linger: time.Millisecond}, members...)
	if _, err := q.Collect(t.Context(), log.Checkpoint(5), prover(log)); err != nil {
		t.Error(err)
	}
}

// waitForTheEnd keeps a request until its client gives it up, which a server notices once it has read the body.
func waitForTheEnd(r *http.Request) {
	io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func TestEveryReasonIsNamed(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(30, "")
	fork := log.Fork(3).Grow(30, "fork")
	stranger := witnesstest.NewLog(t, origin)
	ahead := time.Now().Add(time.Hour)
	members := []*member{
		newMember(t, log, "a-ahead", nil),
		newMember(t, log, "b-clock", func(o *witness.Options) { o.Now = func() time.Time { return ahead } }),
		newMember(t, log, "c-fork", nil),
		newMember(t, log, "d-other-key", nil),
		newMember(t, log, "e-refuses", func(o *witness.Options) {
			o.Approve = func(context.Context, checkpoint.Checkpoint) error {
				return fmt.Errorf("%w: another map root", witness.ErrRefused)
			}
		}),
		newMember(t, stranger, "f-stranger", nil),
		newMember(t, log, "g-nonsense", nil),
		newMember(t, log, "h-no-proof", nil),
		newMember(t, log, "i-wanders", nil),
	}
	seed := func(m *member, l *witnesstest.Log, size uint64) {
		if _, err := m.witness.AddCheckpoint(t.Context(), wire.Request{Note: l.Checkpoint(size)}); err != nil {
			t.Fatal(err)
		}
	}
	seed(members[0], log, 25)
	seed(members[2], fork, 7)
	seed(members[7], log, 9)
	members[3].Key = witnesstest.NewCosigner(t, "d-other-key.example/witness").Verifier().String()
	members[6].before = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Write(bytes.Repeat([]byte("— x y\n"), 3))
		return true
	}
	members[8].before = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", wire.SizeType)
		w.WriteHeader(http.StatusConflict)
		w.Write(wire.MarshalSize(uint64(members[8].calls.Load())))
		return true
	}
	_, err := newQuorum(t, log, 5, members...).Collect(t.Context(), log.Checkpoint(20), func(_ context.Context, from, to uint64) ([]proof.Hash, error) {
		if from == 9 {
			return nil, errors.New("tiles are missing")
		}
		return log.Proof(from, to), nil
	})
	few := new(quorum.TooFewError)
	if !errors.As(err, &few) || few.Got != 0 || len(few.Failures) != len(members) {
		t.Fatal(err)
	}
	for i, want := range []string{
		"larger checkpoint", "its clock is", "holds evidence", "no valid signature", "another map root", "answered 403",
		"malformed", "tiles are missing", "last attempt",
	} {
		f := few.Failures[i]
		if f.Witness != members[i].Name || !strings.Contains(f.Err.Error(), want) || !strings.Contains(err.Error(), f.Witness+": ") {
			t.Errorf("%s: %v, want %q", f.Witness, f.Err, want)
		}
	}
	if calls := members[8].calls.Load(); calls != quorum.MaxAttempts {
		t.Errorf("a witness whose size wanders was asked %d times", calls)
	}
}

// TestTwoHistoriesAreNotBothBelieved shows one history to the first two of three witnesses and another to the last two. The
// one in the middle refuses, and what it keeps convinces whoever has the log's key.
func TestTwoHistoriesAreNotBothBelieved(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(11, "")
	fork := log.Fork(6).Grow(12, "fork")
	members := threeMembers(t, log)
	if _, err := collect(t, newQuorum(t, log, 2, members[:2]...), log, 11); err != nil {
		t.Fatal(err)
	}
	_, err := collect(t, newQuorum(t, log, 2, members[1:]...), fork, 12)
	few := new(quorum.TooFewError)
	if !errors.As(err, &few) || few.Got != 1 || len(few.Failures) != 1 || few.Failures[0].Witness != "insurer" {
		t.Fatal(err)
	}
	status := new(quorum.StatusError)
	if !errors.As(err, &status) || status.Evidence == "" {
		t.Fatalf("%v names no evidence", err)
	}
	doc, err := members[1].witness.Evidence(wire.LogID(origin), status.Evidence)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := evidence.Verify(doc, log.Known()); err != nil || found.First.Size != 11 || found.Second.Size != 12 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestAWitnessThatIsNotReadyIsAskedAgain(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	m := newMember(t, log, "oem", nil)
	ready := int32(3)
	m.before = func(w http.ResponseWriter, _ *http.Request) bool {
		if m.calls.Load() < ready {
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return true
		}
		return false
	}
	if _, err := collect(t, newQuorum(t, log, 1, m), log, 5); err != nil || m.calls.Load() != ready {
		t.Errorf("%v after %d calls", err, m.calls.Load())
	}
	ready = 1000
	m.calls.Store(0)
	if _, err := collect(t, newQuorum(t, log, 1, m), log, 5); !errors.Is(err, quorum.ErrAttempts) || m.calls.Load() != quorum.MaxAttempts {
		t.Errorf("%v after %d calls", err, m.calls.Load())
	}
}

func TestTheCallersDeadlineEndsEverything(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	members := threeMembers(t, log)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, m := range members {
		m.before = func(_ http.ResponseWriter, r *http.Request) bool {
			cancel()
			waitForTheEnd(r)
			return true
		}
	}
	_, err := newQuorum(t, log, 2, members...).Collect(ctx, log.Checkpoint(5), prover(log))
	if few := new(quorum.TooFewError); !errors.As(err, &few) || len(few.Failures) != 3 || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestWhatIsNotTheLogsIsNotSent(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Grow(5, "")
	members := threeMembers(t, log)
	q := newQuorum(t, log, 1, members...)
	if _, err := q.Collect(t.Context(), witnesstest.NewLog(t, origin).Grow(5, "").Checkpoint(5), prover(log)); !errors.Is(err, checkpoint.ErrSignature) {
		t.Error(err)
	}
	if calls := members[0].calls.Load(); calls != 0 {
		t.Errorf("%d calls", calls)
	}
}

func TestNewRefusesWhatCannotBe(t *testing.T) {
	log := witnesstest.NewLog(t, origin).Known()
	one := quorum.Witness{Name: "a", URL: "https://a.example", Key: witnesstest.NewCosigner(t, "a.example").Verifier().String()}
	two := quorum.Witness{Name: "b", URL: "https://b.example", Key: witnesstest.NewCosigner(t, "b.example").Verifier().String()}
	sameName, sameKey, noKey := two, two, two
	sameName.Name, sameKey.Key, noKey.Key = one.Name, one.Key, "b.example"
	for name, opts := range map[string]quorum.Options{
		"no client":     {Log: log, Need: 1, Witnesses: []quorum.Witness{one}},
		"nobody needed": {Log: log, Need: 0, Witnesses: []quorum.Witness{one}, HTTP: http.DefaultClient},
		"too many":      {Log: log, Need: 3, Witnesses: []quorum.Witness{one, two}, HTTP: http.DefaultClient},
		"one name":      {Log: log, Need: 2, Witnesses: []quorum.Witness{one, sameName}, HTTP: http.DefaultClient},
		"one key":       {Log: log, Need: 2, Witnesses: []quorum.Witness{one, sameKey}, HTTP: http.DefaultClient},
		"no key":        {Log: log, Need: 2, Witnesses: []quorum.Witness{one, noKey}, HTTP: http.DefaultClient},
	} {
		if _, err := quorum.New(opts); !errors.Is(err, checkpoint.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
