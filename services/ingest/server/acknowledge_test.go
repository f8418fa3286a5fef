package server_test

import (
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/relations"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// wreck has a total loss and a reading after it, of which both members get the alert, and returns that.
func (a alerting) wreck(t *testing.T, passport string) *ingestv1.Alert {
	t.Helper()
	send(t, a.garage, onDay(t, a.garMember, "seen", passport, 1, &eventsv1.Wash{}))
	awaitJournaled(t, a.garage)
	send(t, a.oem, onDay(t, a.oemMember, "loss", passport, 10, &eventsv1.TotalLossDeclared{}),
		onDay(t, a.oemMember, "reading", passport, 20, &eventsv1.OdometerReading{Odometer: odometer("90000")}))
	a.awaitAlerts(t, a.oemAlerts, passport, "WRECK_ON_ROAD OPEN")
	resp, err := a.oemAlerts.ListAlerts(t.Context(), &ingestv1.ListAlertsRequest{Passport: passport})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetAlerts()[0]
}

// unacknowledged counts the alerts that a member has not taken note of.
func unacknowledged(t *testing.T, client ingestv1.AlertServiceClient) int {
	t.Helper()
	resp, err := client.ListAlerts(t.Context(), &ingestv1.ListAlertsRequest{Unacknowledged: true})
	if err != nil {
		t.Fatal(err)
	}
	return len(resp.GetAlerts())
}

func acknowledge(t *testing.T, client ingestv1.AlertServiceClient, alert string) *ingestv1.Alert {
	t.Helper()
	resp, err := client.AcknowledgeAlert(t.Context(), &ingestv1.AcknowledgeAlertRequest{RequestId: uuid.NewString(), Name: alert})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetAlert()
}

// TestAcknowledging has two members take note of one alert, each for itself, and the alert opened again.
func TestAcknowledging(t *testing.T) {
	a := startAlerting(t)
	passport := a.registry.enrol()
	raised := a.wreck(t, passport)
	first := acknowledge(t, a.oemAlerts, raised.GetName())
	if first.GetAcknowledgedBy() != a.oemMember.ID+"/admin" || first.GetAcknowledgeTime().AsTime().Before(first.GetRaiseTime().AsTime()) ||
		first.GetPosition() != raised.GetPosition() || first.GetState() != ingestv1.AlertState_ALERT_STATE_OPEN {
		t.Errorf("acknowledged %v, raised %v", first, raised)
	}
	colleague := ingestv1.NewAlertServiceClient(a.Dial(a.oemMember, "colleague"))
	a.Relate(relations.Relation{Namespace: "Member", Object: a.oemMember.ID, Name: "readers", Subject: a.oemMember.ID + "/colleague"})
	if again := acknowledge(t, colleague, raised.GetName()); !proto.Equal(again, first) {
		t.Errorf("acknowledged again %v, first %v", again, first)
	}
	for client, want := range map[ingestv1.AlertServiceClient]int{a.oemAlerts: 0, colleague: 0, a.garageAlerts: 1} {
		if got := unacknowledged(t, client); got != want {
			t.Errorf("%d alerts are not acknowledged, want %d", got, want)
		}
	}
	theirs, err := a.garageAlerts.GetAlert(t.Context(), &ingestv1.GetAlertRequest{Name: raised.GetName()})
	if err != nil || theirs.GetAlert().GetAcknowledgeTime() != nil || theirs.GetAlert().GetAcknowledgedBy() != "" {
		t.Errorf("the other member sees %v, %v", theirs, err)
	}
	own, err := a.oemAlerts.GetAlert(t.Context(), &ingestv1.GetAlertRequest{Name: raised.GetName()})
	if err != nil || !proto.Equal(own.GetAlert(), first) {
		t.Errorf("got %v, %v", own, err)
	}

	send(t, a.oem, onDay(t, a.oemMember, "not", passport, 40, &eventsv1.Correction{CorrectedEventId: "reading"}))
	a.awaitAlerts(t, a.oemAlerts, passport, "WRECK_ON_ROAD EXPLAINED")
	if got := unacknowledged(t, a.oemAlerts); got != 0 {
		t.Errorf("%d alerts wait once it is explained", got)
	}
	send(t, a.oem, onDay(t, a.oemMember, "service", passport, 30, &eventsv1.Service{Odometer: odometer("90500")}))
	a.awaitAlerts(t, a.oemAlerts, passport, "WRECK_ON_ROAD OPEN")
	if got := unacknowledged(t, a.oemAlerts); got != 1 {
		t.Errorf("%d alerts wait once it is open again", got)
	}
	if second := acknowledge(t, colleague, raised.GetName()); second.GetAcknowledgedBy() != a.oemMember.ID+"/colleague" {
		t.Errorf("the second acknowledgement is %v", second)
	}
	if n := a.count(t, "SELECT count(*) FROM audit WHERE action = 'ingest.AcknowledgeAlert' AND object = $1", raised.GetName()); n != 3 {
		t.Errorf("%d audit rows", n)
	}
}

func TestWhoMayAcknowledgeAndWhat(t *testing.T) {
	a := startAlerting(t)
	passport := a.registry.enrol()
	send(t, a.oem, onDay(t, a.oemMember, "recall", passport, 10, &eventsv1.RecallIssued{Campaign: "R/26/1"}))
	a.awaitAlerts(t, a.oemAlerts, passport, "RECALL_OPEN OPEN")
	resp, err := a.oemAlerts.ListAlerts(t.Context(), &ingestv1.ListAlertsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	req := &ingestv1.AcknowledgeAlertRequest{RequestId: uuid.NewString(), Name: resp.GetAlerts()[0].GetName()}
	_, err = a.garageAlerts.AcknowledgeAlert(t.Context(), req)
	wantReason(t, "another's alert", err, "ALERT_NOT_FOUND")
	a.Relate(relations.Relation{Namespace: "Member", Object: a.oemMember.ID, Name: "accountants", Subject: a.oemMember.ID + "/accountant"})
	_, err = ingestv1.NewAlertServiceClient(a.Dial(a.oemMember, "accountant")).AcknowledgeAlert(t.Context(), req)
	wantReason(t, "an accountant", err, "PERMISSION_DENIED")
	if n := a.count(t, "SELECT count(*) FROM alert_acknowledgement"); n != 0 {
		t.Fatalf("%d acknowledgements", n)
	}
	acknowledge(t, a.oemAlerts, req.GetName())
	if _, err := a.db.Exec(t.Context(), "SET ROLE ingest_reader"); err != nil {
		t.Fatal(err)
	}
	for member, want := range map[string]int{"": 0, a.garMember.ID: 0, a.oemMember.ID: 1} {
		if _, err := a.db.Exec(t.Context(), "SELECT set_config('pcc.tenant', $1, false)", member); err != nil {
			t.Fatal(err)
		}
		if n := a.count(t, "SELECT count(*) FROM alert_acknowledgement"); n != want {
			t.Errorf("tenant %q sees %d acknowledgements, want %d", member, n, want)
		}
	}
}
