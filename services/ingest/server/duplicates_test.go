package server_test

import (
	"fmt"
	"sync"
	"testing"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

func TestSentAgainIsCountedAndHasNoEffect(t *testing.T) {
	r := start(t)
	batch := readings(t, r.oemMember, "e", r.registry.enrol(), 20)
	batch = append(batch, batch[3]) // and once within the batch
	if ack := send(t, r.oem, batch...); ack.GetAccepted() != 20 || ack.GetDuplicates() != 1 {
		t.Errorf("first time %v", ack)
	}
	if ack := send(t, r.oem, batch...); ack.GetAccepted() != 0 || ack.GetDuplicates() != 21 {
		t.Errorf("at once again %v", ack)
	}
	awaitJournaled(t, r.oem)
	if ack := send(t, r.oem, batch...); ack.GetAccepted() != 0 || ack.GetDuplicates() != 21 {
		t.Errorf("after journaling %v", ack)
	}
	if status := awaitJournaled(t, r.oem); status.GetJournaled() != 20 || status.GetDeadLetters() != 0 {
		t.Errorf("status %v", status)
	}
}

func TestReusedIDIsRefused(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	send(t, r.oem, reading(t, r.oemMember, "e", passport, 1))
	for _, when := range []string{"before journaling", "after journaling"} {
		ack := send(t, r.oem, reading(t, r.oemMember, "e", passport, 2))
		if ack.GetAccepted() != 0 || len(ack.GetRejections()) != 1 || ack.GetRejections()[0].GetReason() != "EVENT_ID_REUSED" {
			t.Errorf("%s: %v", when, ack)
		}
		// The letter of the same refused content is kept once.
		if status := awaitJournaled(t, r.oem); status.GetJournaled() != 1 || status.GetDeadLetters() != 1 {
			t.Errorf("%s: status %v", when, status)
		}
	}
	// Another member's id of the same text is another id.
	if ack := send(t, r.garage, reading(t, r.garMember, "e", passport, 2)); ack.GetAccepted() != 1 {
		t.Errorf("other source: %v", ack)
	}
}

// TestConcurrentSendersOfTheSameIDs races two connections with the same events and one with other content under the same
// ids: whatever each is told, every id has one effect, and no content is lost without a letter.
func TestConcurrentSendersOfTheSameIDs(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	const n = 200
	same, other := readings(t, r.oemMember, "e", passport, n), readings(t, r.oemMember, "e", passport, n)
	for i := range other {
		other[i] = reading(t, r.oemMember, fmt.Sprintf("e-%d", i), passport, 500_000+i)
	}
	var group sync.WaitGroup
	for _, batch := range [][]int{{0, 0}, {1, 0}, {2, 1}} {
		client := ingestv1.NewIngestServiceClient(r.Dial(r.oemMember, "admin"))
		group.Go(func() {
			events := same
			if batch[1] == 1 {
				events = other
			}
			for part := range 10 {
				if _, err := client.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: events[part*n/10 : (part+1)*n/10]}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	status := awaitJournaled(t, r.oem)
	if status.GetJournaled() != n || r.count(t, "SELECT count(*) FROM journal_entry") != n {
		t.Errorf("%d journaled, want each of %d ids once", status.GetJournaled(), n)
	}
	losers := r.count(t, `SELECT count(*) FROM event e WHERE EXISTS (
		SELECT FROM dead_letter d WHERE d.event_id = e.event_id AND d.content_hash <> e.content_hash AND d.reason = 'EVENT_ID_REUSED')`)
	if losers != n {
		t.Errorf("%d losing contents have a letter, want all %d", losers, n)
	}
}
