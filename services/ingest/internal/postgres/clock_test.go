package postgres_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/metrics"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/queue"
)

// clocked is a service on a real queue and database whose clock the test sets.
type clocked struct {
	*ingest.Service
	store    *postgres.Store
	pool     *pgxpool.Pool
	queue    *queue.Queue
	ports    ingest.Ports
	passport uuid.UUID
	now      time.Time
}

func newClocked(t *testing.T) *clocked {
	t.Helper()
	c := &clocked{passport: uuid.New(), now: time.Now().UTC().Truncate(time.Microsecond)}
	c.store, c.pool = newStore(t)
	c.queue = queue.New(testkit.NATS(t).JetStream, queue.Limits{})
	if err := c.queue.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	meter, err := metrics.New(c.queue.Pending)
	if err != nil {
		t.Fatal(err)
	}
	c.ports = ingest.Ports{
		Queue: c.queue, Store: c.store, Registry: everyPassport{}, Meter: meter, Now: func() time.Time { return c.now }, Appraiser: appraiser(),
	}
	c.restart()
	return c
}

// restart forgets what a process remembers.
func (c *clocked) restart() { c.Service = ingest.New(c.ports) }

// everyPassport is a registry in which every passport is enrolled and every member is a maker.
type everyPassport struct{}

// ResolvePassports implements ingest.Registry.
func (everyPassport) ResolvePassports(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]eventlist.Tag, error) {
	tags := make(map[uuid.UUID]eventlist.Tag, len(ids))
	for _, id := range ids {
		tags[id] = tagOf(id)
	}
	return tags, nil
}

// tagOf is the tag of a passport's vehicle.
func tagOf(passport uuid.UUID) eventlist.Tag { return sha256.Sum256(passport[:]) }

// MemberClass implements ingest.Registry.
func (everyPassport) MemberClass(context.Context, string) (ingest.Class, error) {
	return ingest.ClassMaker, nil
}

// Enroller implements ingest.Registry.
func (everyPassport) Enroller(context.Context, uuid.UUID) (string, error) { return member, nil }

// want accepts an event of so much after the clock's time, and wants "accepted", "duplicate" or the reason of its refusal.
func (c *clocked) want(t *testing.T, outcome, id, content string, after time.Duration) {
	t.Helper()
	ack, err := c.Accept(t.Context(), member, []ingest.Candidate{{
		Bytes: []byte(content), ID: id, Source: "/members/oem/x", SpecVersion: "1.0", Type: "pcc.events.v1.Wash", KnownType: true,
		DataType: "pcc.events.v1.Wash", Subject: "passports/" + c.passport.String(), Time: c.now.Add(after),
	}})
	if err != nil {
		t.Fatal(err)
	}
	got := "duplicate"
	if ack.Accepted == 1 {
		got = "accepted"
	} else if len(ack.Rejections) == 1 {
		got = string(ack.Rejections[0].Reason)
	}
	if got != outcome {
		t.Errorf("%s %s after now: %s, want %s", id, after, got, outcome)
	}
}

// drain journals what is in the queue.
func (c *clocked) drain(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	w := &queue.Writer{Queue: c.queue, Sink: c.Service, Logger: slog.New(slog.DiscardHandler)}
	go func() { done <- w.Run(ctx) }()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for n := int64(1); n > 0; <-poll.C { // the test's own deadline bounds the wait
		var err error
		if n, err = c.queue.Pending(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestASourcesClockMayBeAheadALittle(t *testing.T) {
	c := newClocked(t)
	c.want(t, "accepted", "a", "a", 5*time.Minute)
	c.want(t, "TIME_IN_FUTURE", "b", "b", 5*time.Minute+time.Microsecond)
	c.want(t, "accepted", "c", "c", -100*24*365*time.Hour) // behind by any time: it may have been offline
}

// TestAClockSetBack sets the platform's clock back by an hour between two batches and forth again. What was accepted stays
// accepted once, and the journal keeps the order of acceptance.
func TestAClockSetBack(t *testing.T) {
	c := newClocked(t)
	right := c.now
	c.want(t, "accepted", "a", "a", 4*time.Minute)
	c.now = right.Add(-time.Hour)
	for _, forget := range []bool{false, true} {
		if forget { // only the journal remembers then
			c.drain(t)
			c.restart()
		}
		c.want(t, "duplicate", "a", "a", time.Hour+4*time.Minute)
		c.want(t, "EVENT_ID_REUSED", "a", fmt.Sprint("other ", forget), time.Hour)
	}
	c.want(t, "accepted", "b", "b", 0)
	c.want(t, "TIME_IN_FUTURE", "c", "c", time.Hour)
	c.drain(t)
	c.now = right
	c.want(t, "duplicate", "b", "b", -time.Hour)
	c.want(t, "accepted", "c", "c", 0)
	c.drain(t)
	c.wantJournal(t, "a", "b", "c")
}

// wantJournal wants the events with these ids as content in the journal, in this order, and in pages of one.
func (c *clocked) wantJournal(t *testing.T, ids ...string) {
	t.Helper()
	var got []string
	for after, more := uuid.Nil, true; more; {
		var page []ingest.JournaledEvent
		var err error
		if page, more, err = c.store.ListEvents(t.Context(), member, c.passport, after, 1, ingest.View{}); err != nil || len(page) != 1 {
			t.Fatalf("a page of %d events, %v", len(page), err)
		}
		e := page[0]
		if e.Position.Sequence != uint64(len(got)) || e.ContentHash != sha256.Sum256([]byte(ids[len(got)])) {
			t.Errorf("%s stands at %d", e.EventID, e.Position.Sequence)
		}
		got, after = append(got, e.EventID), e.ID
	}
	if !slices.Equal(got, ids) {
		t.Errorf("journaled %v, want %v", got, ids)
	}
	var behind int
	err := c.pool.QueryRow(t.Context(), `SELECT count(*) FROM journal_checkpoint a JOIN journal_checkpoint b USING (stream)
		WHERE a.size < b.size AND a.created_at > b.created_at`).Scan(&behind)
	if err != nil || behind != 0 {
		t.Errorf("%d checkpoints are older than smaller ones, %v", behind, err)
	}
}

// TestARestartAfterTheClockWasSetBack journals events with ids and times of acceptance before those of events that came first,
// as another process makes them then: each is listed once, and proven where it stands.
func TestARestartAfterTheClockWasSetBack(t *testing.T) {
	store, pool := newStore(t)
	passport := uuid.New()
	if err := store.RememberPassports(t.Context(), map[uuid.UUID]eventlist.Tag{passport: tagOf(passport)}); err != nil {
		t.Fatal(err)
	}
	first, second := newEvents(passport, 3, 20), newEvents(passport, 3, 20)
	for i := range second {
		second[i].ReceivedAt = second[i].ReceivedAt.Add(-time.Hour)
		second[i].ID = idAt(second[i].ReceivedAt)
	}
	for _, events := range [][]ingest.Event{first, second} {
		if _, err := store.Journal(t.Context(), events, appraiser()); err != nil {
			t.Fatal(err)
		}
	}
	var listed []ingest.JournaledEvent
	for after, more := uuid.Nil, true; more; after = listed[len(listed)-1].ID {
		var page []ingest.JournaledEvent
		var err error
		if page, more, err = store.ListEvents(t.Context(), member, passport, after, 2, ingest.View{}); err != nil || len(page) == 0 {
			t.Fatalf("a page of %d events, %v", len(page), err)
		}
		listed = append(listed, page...)
	}
	if got := sequences(listed, func(e ingest.JournaledEvent) ingest.Position { return e.Position }); !slices.Equal(got, []uint64{0, 1, 2, 3, 4, 5}) {
		t.Errorf("listed are %v", got)
	}
	wantProven(t, store, checkpointsOf(t, pool), passport)
}

// idAt is an id as a process makes it whose clock says so.
func idAt(at time.Time) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	var millis [8]byte
	binary.BigEndian.PutUint64(millis[:], uint64(at.UnixMilli())) //nolint:gosec // after 1970
	copy(id[:6], millis[2:])
	return id
}

func sequences[E any](all []E, of func(E) ingest.Position) (sorted []uint64) {
	for _, e := range all {
		sorted = append(sorted, of(e).Sequence)
	}
	slices.Sort(sorted)
	return sorted
}

// wantProven wants proofs of six events that hold.
func wantProven(t *testing.T, store *postgres.Store, checkpoints []ingest.Checkpoint, passport uuid.UUID) {
	t.Helper()
	if len(checkpoints) != 1 {
		t.Fatalf("checkpoints %v", checkpoints)
	}
	proven, err := store.ProvePassport(t.Context(), passport, checkpoints)
	if err != nil || proven.After != 0 || proven.Tag != tagOf(passport) {
		t.Fatalf("%d after the checkpoint, %v", proven.After, err)
	}
	if got := sequences(proven.Events, func(p ingest.ProvenEvent) ingest.Position { return p.Position }); !slices.Equal(got, []uint64{0, 1, 2, 3, 4, 5}) {
		t.Errorf("proven are %v", got)
	}
	for _, p := range proven.Events {
		if err := proof.VerifyInclusion(p.Proof, p.Position.Sequence, checkpoints[0].Size, p.Position.LeafHash, checkpoints[0].Root); err != nil {
			t.Error(err)
		}
	}
}
