package server_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/messaging"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// TestRefutationIsPublished has an authority uphold a dispute, and listens as whoever sold the event would.
func TestRefutationIsPublished(t *testing.T) {
	d := startDisputed(t)
	refutations, err := d.Broker.Conn.SubscribeSync(messaging.Subject(&ingestv1.EventRefuted{}))
	if err != nil {
		t.Fatal(err)
	}
	// The same month's second reading is what remains of the garage's answer.
	d.sendNow(t, d.garage, readMonthsAgo(t, d.garMember, d.passport, 6, 60_001))
	events := history(t, d.garage, &ingestv1.ListEventsRequest{Parent: d.passport})
	other := events[len(events)-1]
	d.resolve(t, d.authority, d.autMember, "arbiter", d.open(t, "no"), true)

	msg, err := refutations.NextMsg(patience)
	if err != nil {
		t.Fatal(err)
	}
	got := &ingestv1.EventRefuted{}
	if err := proto.Unmarshal(msg.Data, got); err != nil {
		t.Fatal(err)
	}
	occurred := other.GetCloudEvent().GetAttributes()["time"].GetCeTimestamp().AsTime()
	want := &ingestv1.EventRefuted{
		Event: d.name, Member: d.garMember.Name(), Field: "odometer/" + occurred.Format("2006-01"), RefuteTime: got.GetRefuteTime(),
		Remaining: []*ingestv1.RemainingAnswer{{From: other.GetReceiveTime(), Quality: other.GetQuality().GetIndex()}},
	}
	if !proto.Equal(got, want) {
		t.Errorf("published %v, want %v", got, want)
	}
	if !d.standing(t).GetRefuted() || other.GetStanding().GetRefuted() {
		t.Errorf("refuted %v, other %v", d.standing(t), other.GetStanding())
	}
}
