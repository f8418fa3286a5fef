package server_test

import (
	"strings"
	"testing"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// TestAPurgeDeletesRefusedEventsOfTheVehicle plants a VIN in refused events of two members, and others beside them.
func TestAPurgeDeletesRefusedEventsOfTheVehicle(t *testing.T) {
	r := start(t)
	const vin = "0PCPLANTEDVN12345"
	passport, other := r.registry.enrol(), r.registry.enrol()
	send(t, r.oem, reading(t, r.oemMember, "fine", passport, 7))
	refused := func(id, passport, unit string) *pb.CloudEvent {
		return newEvent(t, r.oemMember, id, passport, &eventsv1.OdometerReading{Odometer: odometer(unit)})
	}
	send(t, r.oem, refused("named", passport, "none"), refused("holds", other, strings.ToLower(vin)), refused("stays", other, "none"))
	awaitJournaled(t, r.oem)
	tag := tagOf(passport)
	purges := ingestv1.NewPurgeServiceClient(r.DialService("vault"))
	for _, want := range []int64{2, 0} {
		resp, err := purges.PurgeVehicle(t.Context(), &ingestv1.PurgeVehicleRequest{Tag: tag[:], Vin: vin})
		if err != nil {
			t.Fatal(err)
		}
		purged := map[string]int64{}
		for _, receipt := range resp.GetReceipts() {
			purged[receipt.GetStore()] = receipt.GetPurged()
		}
		if purged["ingest/dead_letter"] != want || len(purged) != 3 {
			t.Errorf("receipts %v, want %d refused events", resp.GetReceipts(), want)
		}
	}
	status := awaitJournaled(t, r.oem)
	if status.GetDeadLetters() != 1 || status.GetJournaled() != 1 {
		t.Errorf("left: %v; want the event and the refused one of another passport", status)
	}
	if n := r.count(t, `SELECT count(*) FROM dead_letter WHERE event_id <> 'stays'`); n != 0 {
		t.Errorf("%d refused events of the vehicle are left", n)
	}
	if strings.Contains(r.Log.String(), "PLANTED") {
		t.Error("the log shows the VIN")
	}
	_, err := ingestv1.NewPurgeServiceClient(r.Dial(r.oemMember, "admin")).PurgeVehicle(t.Context(), &ingestv1.PurgeVehicleRequest{Tag: tag[:]})
	wantReason(t, "a member's purge", err, "PERMISSION_DENIED")
}
