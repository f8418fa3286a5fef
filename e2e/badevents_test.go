package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/e2e/internal/caller"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// testBadEvents sends every kind of bad event among good ones, in each way that takes events in, and looks for the reasons
// in the acknowledgement and in the sender's dead letters, and for the good ones in the journal.
func testBadEvents(t *testing.T, w *world) {
	for way, send := range map[string]sendFunc{"unary": sendUnary, "stream": sendStream, "REST": sendREST} {
		t.Run(way, func(t *testing.T) { badAmongGood(t, w, way, send) })
	}
}

// sendFunc sends one batch as the garage.
type sendFunc func(*testing.T, *caller.Caller, []*pb.CloudEvent) *ingestv1.BatchAcknowledgement

func sendUnary(t *testing.T, c *caller.Caller, events []*pb.CloudEvent) *ingestv1.BatchAcknowledgement {
	t.Helper()
	resp, err := c.Ingest.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: events})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetAcknowledgement()
}

func sendREST(t *testing.T, c *caller.Caller, events []*pb.CloudEvent) *ingestv1.BatchAcknowledgement {
	t.Helper()
	resp := &ingestv1.IngestEventsResponse{}
	if err := c.REST.Call(t.Context(), "POST", "/v1/events:ingest", &ingestv1.IngestEventsRequest{Events: events}, resp); err != nil {
		t.Fatal(err)
	}
	return resp.GetAcknowledgement()
}

func sendStream(t *testing.T, c *caller.Caller, events []*pb.CloudEvent) *ingestv1.BatchAcknowledgement {
	t.Helper()
	stream, err := c.Ingest.StreamEvents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&ingestv1.StreamEventsRequest{BatchNumber: 7, Events: events}); err != nil {
		t.Fatal(err)
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	resp, err := stream.Recv()
	if err != nil || resp.GetBatchNumber() != 7 {
		t.Fatalf("acknowledgement: %v, %v", resp, err)
	}
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Fatalf("after the only batch: %v, want the stream's end", err)
	}
	return resp.GetAcknowledgement()
}

func badAmongGood(t *testing.T, w *world, way string, send sendFunc) {
	passport, before := w.newPassport(t, w.garage), ingestStatus(t, w.garage)
	prefix := way + "-" + newID()[:8]
	batch := newBadBatch(t, passport, prefix, way == "REST")
	counted := w.refusals(t, batch)

	ack := send(t, w.garage, batch.events)
	if int(ack.GetAccepted()) != batch.good || ack.GetDuplicates() != 1 || len(ack.GetRejections()) != len(batch.bad) {
		t.Errorf("%d accepted, %d duplicates, %d rejected; want %d, 1, %d", ack.GetAccepted(), ack.GetDuplicates(),
			len(ack.GetRejections()), batch.good, len(batch.bad))
	}
	for _, r := range ack.GetRejections() {
		want, ok := batch.bad[int(r.GetIndex())]
		if !ok || r.GetReason() != want.reason || r.GetField() != want.field || r.GetDetail() == "" {
			t.Errorf("event %d, %s: refused with %s of %q, want %s of %q", r.GetIndex(), want.name, r.GetReason(), r.GetField(), want.reason, want.field)
		}
	}
	awaitJournaled(t, w.garage, before.GetJournaled()+int64(batch.good))
	wantEvents(t, w.garage, passport, batch.goodIDs)
	wantLetters(t, w, batch, before.GetDeadLetters())
	for reason, after := range w.refusals(t, batch) {
		if want := counted[reason] + float64(batch.reasons()[reason]); after != want {
			t.Errorf("%s is counted %v times, want %v", reason, after, want)
		}
	}
}

// refusals are the platform's counts of the reasons that occur in the batch.
func (w *world) refusals(t *testing.T, b *badBatch) map[string]float64 {
	t.Helper()
	counts := map[string]float64{}
	for reason := range b.reasons() {
		counts[reason] = w.metric(t, "ingest", "pcc_ingest_rejected_total", `member="garage"`, fmt.Sprintf("reason=%q", reason))
	}
	return counts
}

// wantLetters wants a dead letter for each bad event, once, and seen by its sender alone.
func wantLetters(t *testing.T, w *world, batch *badBatch, before int64) {
	t.Helper()
	if after := ingestStatus(t, w.garage).GetDeadLetters(); after != before+int64(len(batch.bad)) {
		t.Errorf("%d dead letters are counted, want %d", after, before+int64(len(batch.bad)))
	}
	resp, err := w.garage.Ingest.ListDeadLetters(t.Context(), &ingestv1.ListDeadLettersRequest{PageSize: int32(len(batch.bad))})
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]int{}
	for _, b := range batch.bad {
		left[b.reason+" of "+b.field]++
	}
	for _, l := range resp.GetDeadLetters() {
		left[l.GetRejection().GetReason()+" of "+l.GetRejection().GetField()]--
		reason := l.GetRejection().GetReason()
		if hasEvent := l.GetEvent() != nil; hasEvent == (reason == "EVENT_TOO_LARGE" || reason == "CONFIDENTIAL_IN_CLEAR") {
			t.Errorf("the letter %s keeps its event: %t", reason, hasEvent)
		}
	}
	for what, n := range left {
		if n != 0 {
			t.Errorf("dead letters for %s: %d too few", what, n)
		}
	}
	for name, other := range map[string]*caller.Caller{"oem": w.oem, "insurer": w.insurer} {
		letters, err := other.Ingest.ListDeadLetters(t.Context(), &ingestv1.ListDeadLettersRequest{})
		if err != nil || len(letters.GetDeadLetters()) != 0 {
			t.Errorf("%s sees dead letters: %v, %v", name, letters, err)
		}
	}
}

// wantEvents wants exactly these events of the caller's member under the passport, each once.
func wantEvents(t *testing.T, c *caller.Caller, passport string, ids []string) {
	t.Helper()
	if missing := compareEvents(t.Context(), c, passport, ids); missing != "" {
		t.Errorf("events of %s: %s", passport, missing)
	}
}

func ingestStatus(t *testing.T, c *caller.Caller) *ingestv1.GetIngestStatusResponse {
	t.Helper()
	status, err := c.Ingest.GetIngestStatus(t.Context(), &ingestv1.GetIngestStatusRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// badBatch is a batch in which every second event is bad.
type badBatch struct {
	events  []*pb.CloudEvent
	good    int
	goodIDs []string
	bad     map[int]badEvent
}

// reasons counts the refusals to expect.
func (b *badBatch) reasons() map[string]int {
	n := map[string]int{}
	for _, bad := range b.bad {
		n[bad.reason]++
	}
	return n
}

func newBadBatch(t *testing.T, passport, prefix string, overREST bool) *badBatch {
	t.Helper()
	b := &badBatch{bad: map[int]badEvent{}}
	add := func(e *pb.CloudEvent) { b.events = append(b.events, e) }
	addGood := func() *pb.CloudEvent {
		id := fmt.Sprintf("%s-good-%d", prefix, b.good)
		e := reading(t, "garage", passport, id, fmt.Sprint(1000+b.good))
		b.good, b.goodIDs = b.good+1, append(b.goodIDs, id)
		add(e)
		return e
	}
	for i, bad := range badEvents {
		if overREST && bad.onWire {
			continue
		}
		addGood()
		e := reading(t, "garage", passport, fmt.Sprintf("%s-bad-%d", prefix, i), "1000")
		bad.spoil(t, e)
		b.bad[len(b.events)] = bad
		add(e)
	}
	first := addGood()
	add(first) // the same again is a duplicate
	b.bad[len(b.events)] = badEvent{name: "an id with other content", reason: "EVENT_ID_REUSED", field: "id"}
	add(reading(t, "garage", passport, first.GetId(), "999999"))
	return b
}
