package queue

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest"
)

// FuzzDecode reads messages as the broker may hold them: garbage is refused, and what is read has what a row needs.
func FuzzDecode(f *testing.F) {
	now := time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
	messages, err := encode(ingest.Batch{Member: "oem", ReceivedAt: now, Events: []ingest.Event{{
		ID: uuid.Must(uuid.NewV7()), Key: ingest.Key{Source: "/members/oem/x", EventID: "1"}, Type: "pcc.events.v1.Wash",
		Passport: uuid.New(), OccurredAt: now, Bytes: []byte("event"),
	}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(messages[0])
	f.Add(messages[0][:len(messages[0])/2])
	f.Add([]byte("\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		events, err := decode(data)
		if err != nil {
			return
		}
		if len(events) == 0 || len(events) > ingest.MaxBatchEvents {
			t.Fatalf("%d events", len(events))
		}
		for i := range events {
			if events[i].Member == "" || events[i].OccurredAt.IsZero() || events[i].ReceivedAt.IsZero() {
				t.Fatalf("event %d lacks what a row needs: %+v", i, events[i])
			}
		}
	})
}
