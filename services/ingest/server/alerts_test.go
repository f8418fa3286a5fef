package server_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// alerting is ingest with a client of its alerts for each member.
type alerting struct {
	running
	oemAlerts, garageAlerts ingestv1.AlertServiceClient
}

func startAlerting(t *testing.T) alerting {
	t.Helper()
	r := start(t)
	return alerting{
		running:      r,
		oemAlerts:    ingestv1.NewAlertServiceClient(r.Dial(r.oemMember, "admin")),
		garageAlerts: ingestv1.NewAlertServiceClient(r.Dial(r.garMember, "admin")),
	}
}

// onDay is an event of so many days after the beginning of 2026.
func onDay(t *testing.T, m *stand.Member, id, passport string, day int, msg proto.Message) *pb.CloudEvent {
	t.Helper()
	ce, err := event.New(id, source(m), passport, time.Date(2026, 1, 1+day, 12, 0, 0, 0, time.UTC), msg)
	if err != nil {
		t.Fatal(err)
	}
	return ce
}

// publish sends a message to the bus as a service's relay does.
func (a alerting) publish(t *testing.T, m proto.Message) {
	t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Broker.JetStream.Publish(t.Context(), messaging.Subject(m), data, jetstream.WithMsgID(uuid.NewString())); err != nil {
		t.Fatal(err)
	}
}

// list returns what a member's alerts are, for example "WRECK_ON_ROAD OPEN".
func list(t *testing.T, client ingestv1.AlertServiceClient, passport string) []string {
	t.Helper()
	resp, err := client.ListAlerts(t.Context(), &ingestv1.ListAlertsRequest{Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range resp.GetAlerts() {
		out = append(out, fmt.Sprintf("%s %s", a.GetKind().String()[len("ALERT_KIND_"):], a.GetState().String()[len("ALERT_STATE_"):]))
	}
	slices.Sort(out)
	return out
}

func (a alerting) awaitAlerts(t *testing.T, client ingestv1.AlertServiceClient, passport string, want ...string) {
	t.Helper()
	await(t, fmt.Sprintf("the alerts of %s are %v", passport, want), func() bool { return slices.Equal(list(t, client, passport), want) })
}

// TestAWreckBackOnTheRoad sends the insurer's part, the reading, and what explains both, each as late as can be.
func TestAWreckBackOnTheRoad(t *testing.T) {
	a := startAlerting(t)
	passport := a.registry.enrol()
	send(t, a.oem, onDay(t, a.oemMember, "r", passport, 20, &eventsv1.OdometerReading{Odometer: odometer("90000")}))
	send(t, a.garage, onDay(t, a.garMember, "loss", passport, 10, &eventsv1.TotalLossDeclared{}))
	a.awaitAlerts(t, a.oemAlerts, passport, "WRECK_ON_ROAD OPEN")
	a.awaitAlerts(t, a.garageAlerts, passport, "WRECK_ON_ROAD OPEN")

	resp, err := a.oemAlerts.ListAlerts(t.Context(), &ingestv1.ListAlertsRequest{})
	if err != nil || len(resp.GetAlerts()) != 1 {
		t.Fatalf("%v, %v", resp, err)
	}
	raised := resp.GetAlerts()[0]
	events, err := a.oem.ListEvents(t.Context(), &ingestv1.ListEventsRequest{Parent: passport})
	if err != nil || raised.GetEvidence() != events.GetEvents()[0].GetName() || raised.GetEvidenceTime().AsTime().Day() != 21 {
		t.Errorf("the evidence is %v; %v", raised, err)
	}
	if raised.GetPassport() != passport || raised.GetCauseTime().AsTime().Day() != 11 || raised.GetPosition() == 0 {
		t.Errorf("raised %v", raised)
	}

	send(t, a.oem, onDay(t, a.oemMember, "r2", passport, 30, &eventsv1.Service{Odometer: odometer("90500")}))
	send(t, a.garage, onDay(t, a.garMember, "lift", passport, 15, &eventsv1.TotalLossLifted{}))
	a.awaitAlerts(t, a.oemAlerts, passport, "WRECK_ON_ROAD EXPLAINED")
	got, err := a.garageAlerts.GetAlert(t.Context(), &ingestv1.GetAlertRequest{Name: raised.GetName()})
	if err != nil || got.GetAlert().GetExplainTime() == nil || got.GetAlert().GetPosition() <= raised.GetPosition() {
		t.Errorf("explained: %v, %v", got, err)
	}
	await(t, "two messages are on the bus", func() bool { return a.published(t) == 2 })
}

// published counts the messages about alerts on the bus.
func (a alerting) published(t *testing.T) uint64 {
	t.Helper()
	bus, err := a.Broker.JetStream.Stream(t.Context(), messaging.BusStream)
	if err != nil {
		t.Fatal(err)
	}
	subject := messaging.Subject(&ingestv1.AlertRaised{})
	info, err := bus.Info(t.Context(), jetstream.WithSubjectFilter(subject))
	if err != nil {
		t.Fatal(err)
	}
	return info.State.Subjects[subject]
}

// TestTheRegistrysLifeCycleCounts has a vehicle stolen in the registry, and then charged.
func TestTheRegistrysLifeCycleCounts(t *testing.T) {
	a := startAlerting(t)
	passport := a.registry.enrol()
	stolen := &registryv1.PassportTransitioned{Passport: passport, Transition: &registryv1.Transition{
		From: registryv1.LifeCycle_LIFE_CYCLE_ACTIVE, To: registryv1.LifeCycle_LIFE_CYCLE_STOLEN, Revision: 4,
		CreateTime: timestamppb.New(time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)),
	}}
	send(t, a.oem, onDay(t, a.oemMember, "c", passport, 5, &eventsv1.ChargeSession{EnergyWh: 9000}))
	tag := tagOf(passport)
	a.publish(t, &registryv1.PassportEnrolled{Passport: passport, EnrolledBy: a.garMember.Name(), Tag: tag[:]})
	await(t, "the enroller is known", func() bool {
		return a.count(t, "SELECT count(*) FROM passport_enroller WHERE member = $1", a.garMember.ID) == 1
	})
	a.publish(t, stolen)
	a.publish(t, stolen) // the relay may publish twice, and a message of another id says the same
	a.awaitAlerts(t, a.oemAlerts, passport, "STOLEN_SEEN OPEN")
	a.awaitAlerts(t, a.garageAlerts, passport, "STOLEN_SEEN OPEN") // has sent nothing; it enrolled the vehicle
	resp, err := a.oemAlerts.ListAlerts(t.Context(), &ingestv1.ListAlertsRequest{})
	if err != nil || resp.GetAlerts()[0].GetCause() != passport+"/transitions/4" {
		t.Errorf("%v, %v", resp, err)
	}
}

func TestCodesAndRecalls(t *testing.T) {
	a := startAlerting(t)
	passport := a.registry.enrol()
	send(t, a.oem,
		onDay(t, a.oemMember, "cleared", passport, 5, &eventsv1.TroubleCodesCleared{Codes: []string{"P0301"}}),
		onDay(t, a.oemMember, "sold", passport, 9, &eventsv1.OwnershipChange{}),
		onDay(t, a.oemMember, "recall", passport, 10, &eventsv1.RecallIssued{Campaign: "R/26/1"}),
	)
	a.awaitAlerts(t, a.oemAlerts, passport, "CODES_CLEARED_BEFORE_SALE OPEN", "RECALL_OPEN OPEN")
	send(t, a.garage, onDay(t, a.garMember, "done", passport, 12, &eventsv1.RecallPerformed{Campaign: "R/26/1"}))
	a.awaitAlerts(t, a.oemAlerts, passport, "CODES_CLEARED_BEFORE_SALE OPEN", "RECALL_OPEN EXPLAINED")
	// The garage came when both had been raised.
	if got := list(t, a.garageAlerts, passport); len(got) != 0 {
		t.Errorf("who came later gets %v", got)
	}
}

// TestWhatIsTakenBackDoesNotCount has a total loss declared by mistake, and a reading that was another car's.
func TestWhatIsTakenBackDoesNotCount(t *testing.T) {
	a := startAlerting(t)
	passport := a.registry.enrol()
	correct := func(id string) {
		send(t, a.oem, onDay(t, a.oemMember, "not-"+id, passport, 40, &eventsv1.Correction{CorrectedEventId: id}))
	}
	send(t, a.oem, onDay(t, a.oemMember, "loss", passport, 10, &eventsv1.TotalLossDeclared{}),
		onDay(t, a.oemMember, "reading", passport, 20, &eventsv1.OdometerReading{Odometer: odometer("90000")}))
	a.awaitAlerts(t, a.oemAlerts, passport, "WRECK_ON_ROAD OPEN")
	correct("reading")
	a.awaitAlerts(t, a.oemAlerts, passport, "WRECK_ON_ROAD EXPLAINED")
	send(t, a.oem, onDay(t, a.oemMember, "service", passport, 30, &eventsv1.Service{Odometer: odometer("90500")}))
	a.awaitAlerts(t, a.oemAlerts, passport, "WRECK_ON_ROAD OPEN")
	correct("loss")
	a.awaitAlerts(t, a.oemAlerts, passport, "WRECK_ON_ROAD EXPLAINED")
}

// TestATurnedBackOdometer has a vehicle driven by its maker's readings, and then come to a garage with far less.
func TestATurnedBackOdometer(t *testing.T) {
	a := startAlerting(t)
	passport := a.registry.enrol()
	const year = 365
	at := func(m *stand.Member, id string, years int, km string) *pb.CloudEvent {
		return onDay(t, m, id, passport, years*year, &eventsv1.OdometerReading{Odometer: odometer(km)})
	}
	send(t, a.oem, at(a.oemMember, "1", -14, "80000"), at(a.oemMember, "2", -13, "95000"), at(a.oemMember, "3", -12, "110000"))
	awaitJournaled(t, a.oem)
	send(t, a.garage, at(a.garMember, "4", -11, "40000"), at(a.garMember, "5", -10, "55000"))
	a.awaitAlerts(t, a.oemAlerts, passport, "ROLLBACK_SUSPECTED OPEN")
	send(t, a.garage, at(a.garMember, "6", -9, "70000")) // the same rollback
	awaitJournaled(t, a.garage)
	a.awaitFollowed(t)
	a.awaitAlerts(t, a.garageAlerts, passport, "ROLLBACK_SUSPECTED OPEN")
}

// TestRecallsOfTheRegistry has vehicles found by ranges, and by parts installed before and after the recall.
func TestRecallsOfTheRegistry(t *testing.T) {
	a := startAlerting(t)
	const number = "5QE 919 790"
	part := func(id, passport string, day int, installed, removed string) {
		send(t, a.oem, onDay(t, a.oemMember, id, passport, day, &eventsv1.PartChange{
			Kind: eventsv1.PartKind_PART_KIND_CONTROL_UNIT, PartNumber: number, InstalledSerial: installed, RemovedSerial: removed,
		}))
	}
	byRange, has, had, gets := a.registry.enrol(), a.registry.enrol(), a.registry.enrol(), a.registry.enrol()
	send(t, a.oem, onDay(t, a.oemMember, "r", byRange, 1, &eventsv1.OdometerReading{Odometer: odometer("1")}))
	part("1", has, 1, "S1", "")
	part("2", had, 1, "S2", "")
	send(t, a.oem, onDay(t, a.oemMember, "3", had, 2, &eventsv1.PartChange{
		Kind: eventsv1.PartKind_PART_KIND_CONTROL_UNIT, PartNumber: "another", InstalledSerial: "S3", RemovedSerial: "S2",
	}))
	awaitJournaled(t, a.oem)
	a.awaitFollowed(t)
	const name, campaign = "recalls/0199e9d4-0000-7000-8000-000000000001", "R/26/9"
	issued := timestamppb.New(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC))
	for range 2 { // the relay may publish twice
		a.publish(t, &registryv1.RecallMatched{Recall: name, Campaign: campaign, IssueTime: issued, Passports: []string{byRange}})
		a.publish(t, &registryv1.RecallAnnounced{Recall: name, Campaign: campaign, IssueTime: issued, PartNumbers: []string{number, "none"}})
	}
	a.awaitAlerts(t, a.oemAlerts, byRange, "RECALL_OPEN OPEN")
	a.awaitAlerts(t, a.oemAlerts, has, "RECALL_OPEN OPEN")
	part("4", gets, 50, "S4", "")
	a.awaitAlerts(t, a.oemAlerts, gets, "RECALL_OPEN OPEN")
	send(t, a.oem, onDay(t, a.oemMember, "5", has, 60, &eventsv1.RecallPerformed{Campaign: campaign}))
	a.awaitAlerts(t, a.oemAlerts, has, "RECALL_OPEN EXPLAINED")
	if got := list(t, a.oemAlerts, had); len(got) != 0 {
		t.Errorf("a part that was taken out gives %v", got)
	}
	resp, err := a.oemAlerts.ListAlerts(t.Context(), &ingestv1.ListAlertsRequest{Passport: byRange})
	if err != nil || resp.GetAlerts()[0].GetCause() != name || resp.GetAlerts()[0].GetCampaign() != campaign {
		t.Errorf("%v, %v", resp, err)
	}
}

// awaitFollowed waits until alerts were judged by everything that is journaled.
func (a alerting) awaitFollowed(t *testing.T) {
	t.Helper()
	await(t, "the journal is followed", func() bool {
		return a.count(t, "SELECT (SELECT count(*) FROM journal_entry) - coalesce((SELECT sum(next) FROM alert_position), 0) + (SELECT count(*) FROM alert_outline)") == 0
	})
}

// TestNoMemberSeesAnothersAlerts asks every RPC, and the tables as the role that members' reads run under.
func TestNoMemberSeesAnothersAlerts(t *testing.T) {
	a := startAlerting(t)
	passport := a.registry.enrol()
	send(t, a.oem, onDay(t, a.oemMember, "recall", passport, 10, &eventsv1.RecallIssued{Campaign: "R/26/1"}))
	a.awaitAlerts(t, a.oemAlerts, passport, "RECALL_OPEN OPEN")
	resp, err := a.oemAlerts.ListAlerts(t.Context(), &ingestv1.ListAlertsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	name := resp.GetAlerts()[0].GetName()
	if got := list(t, a.garageAlerts, ""); len(got) != 0 {
		t.Errorf("another's alerts: %v", got)
	}
	_, err = a.garageAlerts.GetAlert(t.Context(), &ingestv1.GetAlertRequest{Name: name})
	wantReason(t, "another's alert", err, "ALERT_NOT_FOUND")
	if _, err := a.db.Exec(t.Context(), "SET ROLE ingest_reader"); err != nil {
		t.Fatal(err)
	}
	for member, want := range map[string]int{"": 0, a.garMember.ID: 0, a.oemMember.ID: 2} {
		if _, err := a.db.Exec(t.Context(), "SELECT set_config('pcc.tenant', $1, false)", member); err != nil {
			t.Fatal(err)
		}
		if n := a.count(t, "SELECT (SELECT count(*) FROM alert) + (SELECT count(*) FROM alert_recipient)"); n != want {
			t.Errorf("tenant %q sees %d rows, want %d", member, n, want)
		}
	}
	for _, statement := range []string{"SELECT name FROM alert_mark", "SELECT member FROM passport_enroller", "UPDATE alert SET kind = ''"} {
		if _, err := a.db.Exec(t.Context(), statement); err == nil {
			t.Errorf("the reader may: %s", statement)
		}
	}
}

func TestOnlyWhoMayReadsAlerts(t *testing.T) {
	a := startAlerting(t)
	for role, may := range map[string]bool{"contributors": true, "readers": true, "registrars": false, "accountants": false} {
		a.Relate(relations.Relation{Namespace: "Member", Object: a.oemMember.ID, Name: role, Subject: a.oemMember.ID + "/" + role})
		client := ingestv1.NewAlertServiceClient(a.Dial(a.oemMember, role))
		_, err := client.ListAlerts(t.Context(), &ingestv1.ListAlertsRequest{})
		if may && err != nil {
			t.Errorf("%s: %v", role, err)
		}
		if !may {
			wantReason(t, role, err, "PERMISSION_DENIED")
			stream, err := client.WatchAlerts(t.Context(), &ingestv1.WatchAlertsRequest{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = stream.Recv()
			wantReason(t, role+" watching", rpcError(err), "PERMISSION_DENIED")
		}
	}
}

// TestWatching opens a stream, has alerts raised, and opens it again where it stood.
func TestWatching(t *testing.T) {
	a := startAlerting(t)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	recall := func(campaign string) (passport string) {
		passport = a.registry.enrol()
		send(t, a.oem, onDay(t, a.oemMember, campaign, passport, 10, &eventsv1.RecallIssued{Campaign: campaign}))
		return passport
	}
	receive := func(s ingestv1.AlertService_WatchAlertsClient) (string, int64) {
		t.Helper()
		for {
			resp, err := s.Recv()
			if err != nil {
				t.Fatal(err)
			}
			if resp.GetAlert() != nil {
				return resp.GetAlert().GetCampaign(), resp.GetPosition()
			}
		}
	}
	first, err := a.oemAlerts.WatchAlerts(ctx, &ingestv1.WatchAlertsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	recall("A")
	campaign, position := receive(first)
	if campaign != "A" {
		t.Fatalf("the first alert is of %s", campaign)
	}
	passport := recall("B")
	a.awaitAlerts(t, a.oemAlerts, passport, "RECALL_OPEN OPEN")
	second, err := a.oemAlerts.WatchAlerts(ctx, &ingestv1.WatchAlertsRequest{AfterPosition: position})
	if err != nil {
		t.Fatal(err)
	}
	for _, stream := range []ingestv1.AlertService_WatchAlertsClient{first, second} {
		if campaign, at := receive(stream); campaign != "B" || at <= position {
			t.Errorf("then %s at %d, after %d", campaign, at, position)
		}
	}
}
