package server_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/testkit/stand"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// TestDisputes opens a dispute that its opener cannot win alone and that the source then accepts.
func TestDisputes(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	r.sendNow(t, r.garage, readMonthsAgo(t, r.garMember, passport, 9, 10_000), readMonthsAgo(t, r.garMember, passport, 6, 60_000))
	disputed := history(t, r.garage, &ingestv1.ListEventsRequest{Parent: passport})[1]
	r.sendNow(t, r.oem, newEvent(t, r.oemMember, "no", passport, &eventsv1.DisputeOpened{DisputedEventId: idOf(disputed.GetName())}))
	standing := func() *ingestv1.EventStanding {
		return history(t, r.garage, &ingestv1.ListEventsRequest{Parent: passport})[1].GetStanding()
	}
	s := standing()
	if !s.GetDisputed() || s.GetWithdrawn() || len(s.GetDisputes()) != 1 || s.GetDisputes()[0].GetState() != ingestv1.DisputeState_DISPUTE_STATE_OPEN ||
		s.GetDisputes()[0].GetDeadline().AsTime().Sub(s.GetDisputes()[0].GetOpenTime().AsTime()) != 30*24*time.Hour {
		t.Fatalf("opened: %v", s)
	}
	opened := idOf(s.GetDisputes()[0].GetOpenedBy())
	r.sendNow(t, r.oem, newEvent(t, r.oemMember, "alone", passport, &eventsv1.DisputeResolved{OpenedEventId: opened, Upheld: true}))
	if s := standing(); !s.GetDisputed() || s.GetWithdrawn() {
		t.Errorf("upheld by the opener alone: %v", s)
	}
	r.sendNow(t, r.garage, newEvent(t, r.garMember, "yes", passport, &eventsv1.DisputeResolved{OpenedEventId: opened, Upheld: true}))
	if s := standing(); s.GetDisputed() || !s.GetWithdrawn() || s.GetDisputes()[0].GetState() != ingestv1.DisputeState_DISPUTE_STATE_UPHELD {
		t.Errorf("upheld by the source: %v", s)
	}
	q, err := r.garage.GetEventQuality(t.Context(), &ingestv1.GetEventQualityRequest{Name: disputed.GetName()})
	if err != nil || q.GetNow().GetQuality().GetIndex() != 0 || len(q.GetRecentMarks()) != 1 || q.GetRecentMarks()[0].GetOutcome() != ingestv1.MarkOutcome_MARK_OUTCOME_REFUTED {
		t.Errorf("quality %v, %v", q, err)
	}
	report, err := r.journal.ListPassportEvents(t.Context(), &ingestv1.ListPassportEventsRequest{Passport: passport})
	if err != nil || !report.GetEvents()[1].GetStanding().GetWithdrawn() {
		t.Errorf("the buyer sees %v, %v", report, err)
	}
	if done := replayed(t, r.garMember, leavesOf(t, r.garage)); len(done.Differences) != 0 || done.Marks != 1 {
		t.Errorf("%d marks, differences %v", done.Marks, done.Differences)
	}
}

// disputed is a garage's reading that the maker disputes, and how it stands.
type disputed struct {
	running
	passport string
	name     string
}

func startDisputed(t *testing.T) disputed {
	t.Helper()
	d := disputed{running: start(t)}
	d.passport = d.registry.enrol()
	d.sendNow(t, d.garage, readMonthsAgo(t, d.garMember, d.passport, 9, 10_000), readMonthsAgo(t, d.garMember, d.passport, 6, 60_000))
	d.name = history(t, d.garage, &ingestv1.ListEventsRequest{Parent: d.passport})[1].GetName()
	return d
}

// standing is how the reading's own member sees it.
func (d disputed) standing(t *testing.T) *ingestv1.EventStanding {
	t.Helper()
	return history(t, d.garage, &ingestv1.ListEventsRequest{Parent: d.passport})[1].GetStanding()
}

// open has the maker dispute the reading, and returns the dispute.
func (d disputed) open(t *testing.T, id string, evidence ...*eventsv1.Exhibit) *ingestv1.Dispute {
	t.Helper()
	d.sendNow(t, d.oem, newEvent(t, d.oemMember, id, d.passport, &eventsv1.DisputeOpened{
		DisputedEventId: idOf(d.name), Reason: "in our garage that week", Evidence: evidence,
	}))
	all := d.standing(t).GetDisputes()
	if len(all) == 0 {
		t.Fatal("no dispute")
	}
	return all[len(all)-1]
}

func (d disputed) resolve(t *testing.T, client ingestv1.IngestServiceClient, m *stand.Member, id string, of *ingestv1.Dispute, upheld bool) {
	t.Helper()
	d.sendNow(t, client, newEvent(t, m, id, d.passport, &eventsv1.DisputeResolved{
		OpenedEventId: idOf(of.GetOpenedBy()), Upheld: upheld, Finding: "by " + id,
	}))
}

// TestArbiterDismisses has an authority find against a dispute, which then harms nobody.
func TestArbiterDismisses(t *testing.T) {
	d := startDisputed(t)
	evidence := []*eventsv1.Exhibit{
		{Item: &eventsv1.Exhibit_EventId{EventId: idOf(d.name)}},
		{Item: &eventsv1.Exhibit_Document{Document: &eventsv1.DocumentDigest{Sha256: make([]byte, 32), MediaType: "application/pdf"}}},
	}
	opened := d.open(t, "no", evidence...)
	if !d.standing(t).GetDisputed() || opened.GetReason() != "in our garage that week" || opened.GetOpener() != d.oemMember.Name() ||
		len(opened.GetEvidence()) != 2 || !proto.Equal(opened.GetEvidence()[0], evidence[0]) || !proto.Equal(opened.GetEvidence()[1], evidence[1]) {
		t.Errorf("opened: %v", opened)
	}
	d.resolve(t, d.authority, d.autMember, "arbiter", opened, false)
	d.resolve(t, d.garage, d.garMember, "too-late", opened, true)
	s := d.standing(t)
	ended := s.GetDisputes()[0]
	if s.GetDisputed() || s.GetWithdrawn() || ended.GetState() != ingestv1.DisputeState_DISPUTE_STATE_DISMISSED ||
		ended.GetFinding() != "by arbiter" || ended.GetResolver() != d.autMember.Name() || len(ended.GetEvidence()) != 2 ||
		!ended.GetResolveTime().AsTime().After(ended.GetOpenTime().AsTime()) {
		t.Errorf("dismissed: %v", s)
	}
	if marks := d.count(t, "SELECT count(*) FROM reputation_mark"); marks != 0 {
		t.Errorf("%d marks", marks)
	}
}

// TestArbiterUpholds has an authority decide what the parties could not, and looks at it as the buyer of a report does.
func TestArbiterUpholds(t *testing.T) {
	d := startDisputed(t)
	opened := d.open(t, "no")
	d.resolve(t, d.oem, d.oemMember, "opener", opened, true)
	d.resolve(t, d.garage, d.garMember, "source", opened, false)
	if s := d.standing(t); !s.GetDisputed() || s.GetWithdrawn() {
		t.Errorf("decided by a party: %v", s)
	}
	d.resolve(t, d.authority, d.autMember, "arbiter", opened, true)
	report, err := d.journal.ListPassportEvents(t.Context(), &ingestv1.ListPassportEventsRequest{Passport: d.passport})
	if err != nil {
		t.Fatal(err)
	}
	s := report.GetEvents()[1].GetStanding()
	if s.GetDisputed() || !s.GetWithdrawn() || s.GetDisputes()[0].GetState() != ingestv1.DisputeState_DISPUTE_STATE_UPHELD ||
		s.GetDisputes()[0].GetFinding() != "by arbiter" {
		t.Errorf("upheld: %v", s)
	}
	q, err := d.garage.GetEventQuality(t.Context(), &ingestv1.GetEventQualityRequest{Name: d.name})
	if err != nil || len(q.GetRecentMarks()) != 1 || q.GetRecentMarks()[0].GetOutcome() != ingestv1.MarkOutcome_MARK_OUTCOME_REFUTED {
		t.Errorf("quality %v, %v", q, err)
	}
	d.sendNow(t, d.garage, newEvent(t, d.garMember, "fix", d.passport, &eventsv1.Correction{CorrectedEventId: readMonthsAgo(t, d.garMember, d.passport, 6, 60_000).GetId()}))
	if marks := d.count(t, "SELECT count(*) FROM reputation_mark"); marks != 1 {
		t.Errorf("%d marks: a correction saved what a dispute had taken back before", marks)
	}
	if done := replayed(t, d.garMember, leavesOf(t, d.garage)); len(done.Differences) != 0 || done.Marks != 1 {
		t.Errorf("%d marks, differences %v", done.Marks, done.Differences)
	}
}
