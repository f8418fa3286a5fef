package server_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const (
	recallName = "recalls/0199e9d4-0000-7000-8000-000000000001"
	campaign   = "R/26/9"
	partNumber = "5QE 919 790"
)

var recallTime = timestamppb.New(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC))

// matched is what the registry tells of passports in the ranges of the garage's recall.
func (a alerting) matched(passports ...string) *registryv1.RecallMatched {
	return &registryv1.RecallMatched{
		Recall: recallName, Campaign: campaign, IssueTime: recallTime, IssuedBy: a.garMember.Name(), Defect: "the brake may fail",
		Passports: passports,
	}
}

// recalls returns a passport's events that are recalls, as a buyer's report has them.
func (a alerting) recalls(t *testing.T, passport string) (out []*ingestv1.Event) {
	t.Helper()
	resp, err := a.journal.ListPassportEvents(t.Context(), &ingestv1.ListPassportEventsRequest{Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range resp.GetEvents() {
		if e.GetCloudEvent().GetType() == "pcc.events.v1.RecallIssued" {
			out = append(out, e)
		}
	}
	return out
}

// TestRecallsAreJournaledOnce has a recall told of several times, by ranges and by an installed part.
func TestRecallsAreJournaledOnce(t *testing.T) {
	a := startAlerting(t)
	byRange, byPart := a.registry.enrol(), a.registry.enrol()
	send(t, a.oem, onDay(t, a.oemMember, "1", byPart, 1, &eventsv1.PartChange{
		Kind: eventsv1.PartKind_PART_KIND_CONTROL_UNIT, PartNumber: partNumber, InstalledSerial: "S1",
	}))
	awaitJournaled(t, a.oem)
	a.awaitFollowed(t)
	announced := &registryv1.RecallAnnounced{
		Recall: recallName, Campaign: campaign, IssueTime: recallTime, IssuedBy: a.garMember.Name(), Defect: "the brake may fail",
		PartNumbers: []string{partNumber},
	}
	for range 2 { // the relay may publish twice, and the registry finds by ranges what ingest finds by parts
		a.publish(t, announced)
		a.publish(t, a.matched(byRange, byPart))
	}
	for _, passport := range []string{byRange, byPart} {
		await(t, "the recall is in the passport", func() bool { return len(a.recalls(t, passport)) > 0 })
	}
	await(t, "all messages had their effect", func() bool {
		return a.count(t, "SELECT count(*) FROM inbox WHERE consumer = 'ingest-recall_found'") == 3 && a.count(t, "SELECT count(*) FROM outbox") == 0
	})
	awaitJournaled(t, a.garage)
	a.awaitFollowed(t)
	for _, passport := range []string{byRange, byPart} {
		events := a.recalls(t, passport)
		if len(events) != 1 {
			t.Fatalf("%d recalls in the passport", len(events))
		}
		issued := &eventsv1.RecallIssued{}
		e := events[0]
		if err := e.GetCloudEvent().GetProtoData().UnmarshalTo(issued); err != nil {
			t.Fatal(err)
		}
		if e.GetMember() != a.garMember.Name() || issued.GetCampaign() != campaign || issued.GetDefect() != "the brake may fail" ||
			e.GetCloudEvent().GetAttributes()["time"].GetCeTimestamp().AsTime() != recallTime.AsTime() {
			t.Errorf("the event is %v", e)
		}
	}
	if got := list(t, a.oemAlerts, byPart); len(got) != 1 || got[0] != "RECALL_OPEN OPEN" {
		t.Errorf("the alerts are %v", got)
	}
	if n := a.count(t, "SELECT count(*) FROM dead_letter"); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// TestARecallBuysNoAlerts has a member recall a vehicle with which it had nothing to do.
func TestARecallBuysNoAlerts(t *testing.T) {
	a := startAlerting(t)
	passport := a.registry.enrol()
	a.publish(t, a.matched(passport))
	await(t, "the recall is in the passport", func() bool { return len(a.recalls(t, passport)) == 1 })
	send(t, a.oem, onDay(t, a.oemMember, "loss", passport, 10, &eventsv1.TotalLossDeclared{}),
		onDay(t, a.oemMember, "reading", passport, 20, &eventsv1.OdometerReading{Odometer: odometer("90000")}))
	a.awaitAlerts(t, a.oemAlerts, passport, "WRECK_ON_ROAD OPEN")
	if got := list(t, a.garageAlerts, passport); len(got) != 0 {
		t.Errorf("the recall's member gets %v", got)
	}
}

// TestARecallThatItsMemberMustSign has the member enrol a key for the source of its recalls, by which it keeps them to itself.
func TestARecallThatItsMemberMustSign(t *testing.T) {
	a := startAlerting(t)
	passport := a.registry.enrol()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a.enrol(t, a.garMember, key, "/members/"+a.garMember.ID+"/registry/recalls", "")
	a.publish(t, a.matched(passport))
	await(t, "the refused event is a dead letter of the member", func() bool {
		resp, err := a.garage.ListDeadLetters(t.Context(), &ingestv1.ListDeadLettersRequest{})
		if err != nil {
			t.Fatal(err)
		}
		return len(resp.GetDeadLetters()) == 1 && resp.GetDeadLetters()[0].GetRejection().GetReason() == "SIGNATURE_MISSING"
	})
}
