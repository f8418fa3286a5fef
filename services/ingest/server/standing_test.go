package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// history lists a passport's events of the caller by a request's times.
func history(t *testing.T, client ingestv1.IngestServiceClient, req *ingestv1.ListEventsRequest) []*ingestv1.Event {
	t.Helper()
	resp, err := client.ListEvents(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetEvents()
}

// sendNow sends events and waits until they are journaled.
func (r running) sendNow(t *testing.T, client ingestv1.IngestServiceClient, events ...*pb.CloudEvent) {
	t.Helper()
	if ack := send(t, client, events...); int(ack.GetAccepted()) != len(events) {
		t.Fatalf("acknowledgement %v", ack)
	}
	awaitJournaled(t, r.oem)
}

func idOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// TestCorrectionTakesAReadingBack corrects a digit too many, in a later batch and in one that comes before the reading.
func TestCorrectionTakesAReadingBack(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	r.sendNow(t, r.garage, readMonthsAgo(t, r.garMember, passport, 9, 10_000), readMonthsAgo(t, r.garMember, passport, 3, 16_000))
	wrong := readMonthsAgo(t, r.garMember, passport, 6, 130_000)
	r.sendNow(t, r.garage, wrong)
	verdict := func() ingestv1.Verdict {
		resp, err := r.journal.GetPassportVerdict(t.Context(), &ingestv1.GetPassportVerdictRequest{Passport: passport})
		if err != nil {
			t.Fatal(err)
		}
		if r.count(t, "SELECT count(*) FROM odometer_state WHERE 'VERDICT_' || upper(verdict) = $1", resp.GetVerdict().GetVerdict().String()) != 1 {
			t.Errorf("the verdict kept is not %s, the one on the whole history", resp.GetVerdict().GetVerdict())
		}
		return resp.GetVerdict().GetVerdict()
	}
	if v := verdict(); v != ingestv1.Verdict_VERDICT_ERROR_SUSPECTED {
		t.Errorf("before the correction: %s", v)
	}
	before := time.Now()
	r.sendNow(t, r.garage, newEvent(t, r.garMember, "fix", passport, &eventsv1.Correction{CorrectedEventId: wrong.GetId(), Reason: "a digit too many"}))
	if v := verdict(); v != ingestv1.Verdict_VERDICT_CONSISTENT {
		t.Errorf("after the correction: %s", v)
	}
	now := history(t, r.garage, &ingestv1.ListEventsRequest{Parent: passport})
	if s := now[2].GetStanding(); len(now) != 4 || !s.GetWithdrawn() || !s.GetCorrectedInTime() || s.GetCorrectedBy() != now[3].GetName() || now[0].GetStanding() != nil {
		t.Errorf("history %v", now)
	}
	q, err := r.garage.GetEventQuality(t.Context(), &ingestv1.GetEventQualityRequest{Name: now[2].GetName()})
	if err != nil || q.GetNow().GetQuality().GetIndex() != 0 || q.GetAtIngest().GetQuality().GetIndex() == 0 || len(q.GetRecentMarks()) != 0 {
		t.Errorf("quality %v, %v", q, err)
	}
	known := history(t, r.garage, &ingestv1.ListEventsRequest{Parent: passport, KnownAt: timestamppb.New(before)})
	if len(known) != 3 || known[2].GetStanding() != nil {
		t.Errorf("as known before the correction: %v", known)
	}
	valid := history(t, r.garage, &ingestv1.ListEventsRequest{Parent: passport, ValidAt: timestamppb.New(time.Now().AddDate(0, -5, 0))})
	if len(valid) != 2 || valid[0].GetName() != now[0].GetName() || valid[1].GetName() != now[3].GetName() { // and the correction, dated so
		t.Errorf("as valid five months ago: %v", valid)
	}
	early := readMonthsAgo(t, r.garMember, passport, 5, 990_000)
	r.sendNow(t, r.garage, newEvent(t, r.garMember, "early", passport, &eventsv1.Correction{CorrectedEventId: early.GetId()}))
	r.sendNow(t, r.garage, early)
	if v := verdict(); v != ingestv1.Verdict_VERDICT_CONSISTENT {
		t.Errorf("a reading that was corrected before it came: %s", v)
	}
}
