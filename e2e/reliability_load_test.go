package e2e_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/e2e/internal/await"
	"github.com/pcc-platform/pcc/e2e/internal/caller"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	// loadTime bounds a load, with everything that is done to the platform meanwhile.
	loadTime = 2 * time.Minute
	// drainTime bounds the wait for the journal after a load: a backlog, and what a killed process had taken.
	drainTime = 90 * time.Second
	// loadVehicles is how many vehicles the events of one sender are about.
	loadVehicles = 10
	// loadWindow is as many batches as the service takes of a stream before the first is acknowledged.
	loadWindow = 8
)

// load is a number of senders of one member, each at full speed over a stream of its own.
type load struct {
	caller  *caller.Caller
	before  int64
	senders []*loadSender
	// batches counts what is acknowledged by now.
	batches  atomic.Int64
	stopping chan struct{}
	running  sync.WaitGroup
}

// loadSender sends batches until it is told to stop, and remembers what it sent.
type loadSender struct {
	source
	passports []string
	sent      map[string][]string
	err       error
}

// startLoad has so many senders send batches of so many events until finish.
func startLoad(t *testing.T, w *world, as *caller.Caller, member string, senders, perBatch int) *load {
	t.Helper()
	l := &load{caller: as, before: journaled(t, as), stopping: make(chan struct{})}
	for range senders {
		s := &loadSender{source: source{caller: as, window: loadWindow}, sent: map[string][]string{}}
		for range loadVehicles {
			s.passports = append(s.passports, w.newPassport(t, as))
		}
		l.senders = append(l.senders, s)
	}
	ctx, cancel := context.WithTimeout(t.Context(), loadTime)
	t.Cleanup(cancel)
	for _, s := range l.senders {
		l.running.Go(func() { s.err = l.run(ctx, t, s, member, perBatch) })
	}
	return l
}

func (l *load) run(ctx context.Context, t *testing.T, s *loadSender, member string, perBatch int) error {
	for {
		select {
		case <-l.stopping:
			return s.await(ctx, 0)
		default:
		}
		if err := s.send(ctx, s.batch(t, member, perBatch)); err != nil {
			return err
		}
		l.batches.Add(1) // all but the last few: send waits for them
	}
}

func (s *loadSender) batch(t *testing.T, member string, n int) (events []*pb.CloudEvent) {
	for i := range n {
		passport := s.passports[i%len(s.passports)]
		number := len(s.sent[passport])
		id := fmt.Sprintf("%s-%d", strings.TrimPrefix(passport, "passports/"), number)
		events = append(events, reading(t, member, passport, id, fmt.Sprint(1000+number)))
		s.sent[passport] = append(s.sent[passport], id)
	}
	return events
}

// awaitProgress waits until so many more batches are acknowledged.
func (l *load) awaitProgress(t *testing.T, batches int64) {
	t.Helper()
	goal := l.batches.Load() + batches
	await.Until(t, drainTime, func(context.Context) string {
		if n := l.batches.Load(); n < goal {
			return fmt.Sprintf("%d batches are acknowledged, want %d", n, goal)
		}
		return ""
	})
}

// finish stops the senders and wants every event acknowledged and in the journal, once, and no dead letter.
func (l *load) finish(t *testing.T, letters int64) {
	t.Helper()
	close(l.stopping)
	l.running.Wait()
	var total, duplicates int
	for _, s := range l.senders {
		if s.err != nil {
			t.Fatalf("a sender gave up: %v", s.err)
		}
		for _, err := range s.unexpected {
			t.Errorf("a sender was told: %v", err)
		}
		sent := 0
		for _, ids := range s.sent {
			sent += len(ids)
		}
		if a := s.acknowledged; a.accepted+a.duplicates != sent || a.rejected != 0 {
			t.Errorf("%d accepted, %d duplicates, %d rejected; sent %d", a.accepted, a.duplicates, a.rejected, sent)
		}
		total, duplicates = total+sent, duplicates+s.acknowledged.duplicates
	}
	start := time.Now()
	l.awaitJournaled(t, l.before+int64(total))
	if got := ingestStatus(t, l.caller).GetDeadLetters(); got != letters {
		t.Errorf("%d dead letters, want %d as before", got, letters)
	}
	l.wantEach(t)
	t.Logf("%d events sent by %d senders, %d of them acknowledged as duplicates; journaled %.1f s after the last acknowledgement",
		total, len(l.senders), duplicates, time.Since(start).Seconds())
}

func (l *load) awaitJournaled(t *testing.T, total int64) {
	t.Helper()
	await.Until(t, drainTime, func(ctx context.Context) string {
		status, err := l.caller.Ingest.GetIngestStatus(ctx, &ingestv1.GetIngestStatusRequest{})
		if err == nil && status.GetPendingBatches() == 0 && status.GetJournaled() == total {
			return ""
		}
		return fmt.Sprintf("want %d journaled, have %v, %v", total, status, err)
	})
}

// wantEach compares the events of one vehicle of each sender by their ids; the count covers the others.
func (l *load) wantEach(t *testing.T) {
	t.Helper()
	for _, s := range l.senders {
		passport := slices.Min(slices.Collect(maps.Keys(s.sent)))
		wantEvents(t, l.caller, passport, s.sent[passport])
	}
}
