package alerting_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	"github.com/pcc-platform/pcc/services/ingest/internal/events"
)

// TestAClockBehind has a follower whose clock is behind that of the process that accepted a correction: what it does not see
// when the journal has it, nothing would make it look at again.
func TestAClockBehind(t *testing.T) {
	b := newBench(t)
	passport := uuid.New()
	f := b.follower(events.PublishAlert)
	f.Keeper.Now = func() time.Time { return time.Now().Add(-time.Hour) }
	b.write(t, "oem", passport, 10, reading())
	b.write(t, "insurer", passport, 5, &eventsv1.TotalLossDeclared{})
	catchUp(t, f)
	const open = "SELECT count(*) FROM alert WHERE explained_at IS NULL"
	if n := b.count(t, open); n != 1 {
		t.Fatalf("%d open alerts, want the wreck's", n)
	}
	b.write(t, "oem", passport, 11, &eventsv1.Correction{CorrectedEventId: "the reading's"})
	_, err := b.pool.Exec(t.Context(), `INSERT INTO event_note (event, passport, member, source, kind, target, upheld, noted_at)
		SELECT c.id, c.passport, c.member, c.source, 'correction', r.event_id, false, c.received_at
		FROM event c, event r WHERE c.type = 'pcc.events.v1.Correction' AND r.type = 'pcc.events.v1.OdometerReading'`)
	if err != nil {
		t.Fatal(err)
	}
	catchUp(t, f)
	if n := b.count(t, open); n != 0 {
		t.Errorf("%d open alerts, want none: the reading was taken back", n)
	}
}
