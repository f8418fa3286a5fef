package queue_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/queue"
)

// failing is the service that, so many times, fails before or after its transaction has committed.
type failing struct {
	*ingest.Service
	before, after atomic.Int32
}

var errCrash = errors.New("crash")

// Write implements queue.Sink.
func (f *failing) Write(ctx context.Context, events []ingest.Event) error {
	if f.before.Add(-1) >= 0 {
		return errCrash
	}
	if err := f.Service.Write(ctx, events); err != nil {
		return err
	}
	if f.after.Add(-1) >= 0 {
		return errCrash
	}
	return nil
}

// TestRedeliveryHasNoSecondEffect is the writer dying twice between commit and acknowledgement.
func TestRedeliveryHasNoSecondEffect(t *testing.T) {
	p := newParts(t, queue.Limits{})
	for _, prefix := range []string{"a", "b", "c"} {
		p.publish(t, prefix, 300)
	}
	sink := &failing{Service: p.service}
	sink.after.Store(2)
	p.runWriter(t, sink)
	p.awaitEmpty(t)
	for _, table := range []string{"event", "journal_entry"} {
		if n := p.count(t, "SELECT count(*) FROM "+table); n != 900 {
			t.Errorf("%d rows in %s, want 900", n, table)
		}
	}
	if n := p.count(t, "SELECT journaled FROM member_count"); n != 900 {
		t.Errorf("%d counted, want 900", n)
	}
	if n := p.count(t, "SELECT count(*) FROM dead_letter"); n != 0 {
		t.Errorf("%d dead letters", n)
	}
	// The lists' keys of this test's events are the hashes of their contents.
	if n := p.count(t, "SELECT count(*) FROM event e JOIN journal_entry j ON j.stream = e.stream AND j.seq = e.seq AND j.key = e.content_hash"); n != 900 {
		t.Errorf("%d events stand where their rows say, in their lists, want 900", n)
	}
}

func TestNothingIsLostWhileTheDatabaseFails(t *testing.T) {
	p := newParts(t, queue.Limits{})
	p.publish(t, "a", 10)
	sink := &failing{Service: p.service}
	sink.before.Store(3)
	p.runWriter(t, sink)
	p.awaitEmpty(t)
	if n := p.count(t, "SELECT count(*) FROM event"); n != 10 {
		t.Errorf("%d events, want 10", n)
	}
}

func TestPoisonBecomesDeadLettersAndStopsNothing(t *testing.T) {
	p := newParts(t, queue.Limits{})
	for _, garbage := range []string{"\xff no protobuf", ""} {
		if _, err := p.broker.JetStream.Publish(t.Context(), "ingest.batch.oem", []byte(garbage)); err != nil {
			t.Fatal(err)
		}
	}
	b := batch("b", 50)
	b.Events[7].EventID = strings.Repeat("x", 200) // more than a row holds
	b.Events[31].EventID = ""
	if err := p.queue.Publish(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	p.publish(t, "c", 5)
	p.runWriter(t, p.service)
	p.awaitEmpty(t)
	if n := p.count(t, "SELECT count(*) FROM event"); n != 53 {
		t.Errorf("%d events, want the 53 good ones", n)
	}
	if n := p.count(t, "SELECT count(*) FROM dead_letter WHERE member = 'oem' AND reason = 'EVENT_MALFORMED'"); n != 4 {
		t.Errorf("%d dead letters, want 4", n)
	}
}

// TestReuseUnderWay is what the checks cannot see: two contents of one id, accepted at the same time.
func TestReuseUnderWay(t *testing.T) {
	p := newParts(t, queue.Limits{})
	p.publish(t, "same", 3)
	other := batch("same", 3)
	other.Events[1].Bytes = []byte("something else")
	if err := p.queue.Publish(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	p.runWriter(t, p.service)
	p.awaitEmpty(t)
	if n := p.count(t, "SELECT count(*) FROM event"); n != 3 {
		t.Errorf("%d events, want 3", n)
	}
	const losing = `SELECT count(*) FROM dead_letter d WHERE d.reason = 'EVENT_ID_REUSED' AND d.event_id = 'same-1'
		AND NOT EXISTS (SELECT FROM event e WHERE e.content_hash = d.content_hash)`
	if n := p.count(t, losing); n != 1 || p.count(t, "SELECT count(*) FROM dead_letter") != 1 {
		t.Errorf("%d dead letters, want the losing content", n)
	}
}

func TestTwoWritersShareTheQueue(t *testing.T) {
	p := newParts(t, queue.Limits{})
	for range 2 {
		p.runWriter(t, p.service)
	}
	for range 20 {
		p.publish(t, "same", 50) // the same ids again and again, in whatever company
		p.publish(t, "a"+time.Now().String(), 5)
	}
	p.awaitEmpty(t)
	if n := p.count(t, "SELECT count(*) FROM event"); n != 150 {
		t.Errorf("%d events, want 150", n)
	}
}

// slow is the service whose transactions of more events than it can take in time fail, again and again.
type slow struct {
	*ingest.Service
	most int
}

// Write implements queue.Sink.
func (s slow) Write(ctx context.Context, events []ingest.Event) error {
	if len(events) > s.most {
		return context.DeadlineExceeded
	}
	return s.Service.Write(ctx, events)
}

func TestATransactionThatIsTooSlowBecomesSmaller(t *testing.T) {
	p := newParts(t, queue.Limits{})
	for _, prefix := range []string{"a", "b", "c", "d"} {
		p.publish(t, prefix, 100)
	}
	p.runWriter(t, slow{Service: p.service, most: 100})
	p.awaitEmpty(t)
	if n := p.count(t, "SELECT count(*) FROM event"); n != 400 {
		t.Errorf("%d events, want 400", n)
	}
}
