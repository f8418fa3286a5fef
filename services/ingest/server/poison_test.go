package server_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// TestPoisonStopsNothing puts into the queue what is no batch and what PostgreSQL refuses, among good events and alone: it
// becomes dead letters, each once, and the good events are journaled.
func TestPoisonStopsNothing(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	r.enqueue(t, r.oemMember.ID, []byte("\xff no protobuf"))
	r.enqueue(t, r.oemMember.ID, r.batch(t, func(b *ingestv1.QueuedBatch) { b.ReceiveTime = nil }))
	r.enqueue(t, r.oemMember.ID, r.batch(t, func(b *ingestv1.QueuedBatch) { b.Events[1].EventId += "\x00" }))
	r.enqueue(t, r.oemMember.ID, r.batch(t, func(b *ingestv1.QueuedBatch) { b.Member += "\x00" }))
	r.enqueue(t, r.oemMember.ID, r.batch(t, func(b *ingestv1.QueuedBatch) { b.Events[1].ListKey = nil }))
	r.enqueue(t, "nobody", []byte("of no member"))
	// PostgreSQL refuses the target of this one, which no check looks at.
	refused := newEvent(t, r.oemMember, "nul", passport, &eventsv1.Correction{CorrectedEventId: "a\x00b"})
	good := readings(t, r.oemMember, "good", passport, 6)
	if ack := send(t, r.oem, slices.Insert(good, 3, refused)...); ack.GetAccepted() != 7 {
		t.Fatalf("acknowledged %v", ack)
	}
	status := awaitJournaled(t, r.oem)
	if n := r.count(t, "SELECT count(*) FROM event"); n != 8 || status.GetJournaled() != 8 {
		t.Errorf("%d events, %d counted; want the 6 sent and 2 of the queued batch", n, status.GetJournaled())
	}
	if n := r.count(t, "SELECT count(*) FROM dead_letter WHERE reason = 'EVENT_MALFORMED'"); n != 9 {
		t.Errorf("%d dead letters, want 9", n)
	}
	letters, err := r.oem.ListDeadLetters(t.Context(), &ingestv1.ListDeadLettersRequest{})
	if err != nil || !slices.ContainsFunc(letters.GetDeadLetters(), func(l *ingestv1.DeadLetter) bool { return proto.Equal(l.GetEvent(), refused) }) {
		t.Errorf("the refused event is not among %v, %v", letters, err)
	}
}

// enqueue puts a message into the queue, as this service alone does.
func (r running) enqueue(t *testing.T, member string, data []byte) {
	t.Helper()
	if _, err := r.Broker.JetStream.Publish(t.Context(), "ingest.batch."+member, data); err != nil {
		t.Fatal(err)
	}
}

// batch makes a queued batch of three events.
func (r running) batch(t *testing.T, spoil func(*ingestv1.QueuedBatch)) []byte {
	t.Helper()
	b := &ingestv1.QueuedBatch{Member: r.oemMember.ID, ReceiveTime: timestamppb.Now(), Quality: &ingestv1.Quality{}}
	for range 3 {
		id := uuid.Must(uuid.NewV7())
		e := newEvent(t, r.oemMember, id.String(), "passports/"+id.String(), &eventsv1.Wash{})
		data, err := proto.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		b.Events = append(b.Events, &ingestv1.QueuedEvent{
			Id: id[:], CloudEvent: data, Source: e.GetSource(), EventId: e.GetId(), Type: e.GetType(), Passport: id[:],
			OccurTime: timestamppb.Now(), ListKey: make([]byte, 32),
		})
	}
	spoil(b)
	data, err := proto.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestPoisonStopsNoAlert has events that say what PostgreSQL refuses where it keeps what alerts are judged by.
func TestPoisonStopsNoAlert(t *testing.T) {
	a := startAlerting(t)
	poisoned, wreck := a.registry.enrol(), a.registry.enrol()
	part := &eventsv1.PartChange{
		Kind: eventsv1.PartKind_PART_KIND_ENGINE, PartNumber: "\x00", InstalledSerial: "\x00", RemovedSerial: "\x00",
	}
	ack := send(t, a.oem,
		onDay(t, a.oemMember, "part", poisoned, 1, part),
		onDay(t, a.oemMember, "recall", poisoned, 2, &eventsv1.RecallIssued{Campaign: "\x00"}),
		onDay(t, a.oemMember, "loss", wreck, 3, &eventsv1.TotalLossDeclared{}),
		onDay(t, a.oemMember, "use", wreck, 30, &eventsv1.Service{Odometer: odometer("90000")}))
	if ack.GetAccepted() != 4 {
		t.Fatalf("acknowledged %v", ack)
	}
	a.awaitAlerts(t, a.oemAlerts, poisoned, "RECALL_OPEN OPEN")
	a.awaitAlerts(t, a.oemAlerts, wreck, "WRECK_ON_ROAD OPEN")
}
