package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/testkit/stand"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// faults spoil a good event, each for one reason.
func faults(t *testing.T, m *stand.Member, id, passport string) map[string]*pb.CloudEvent {
	t.Helper()
	spoil := func(change func(*pb.CloudEvent)) *pb.CloudEvent {
		e := reading(t, m, id, passport, 1)
		change(e)
		return e
	}
	at := func(when time.Time) func(*pb.CloudEvent) {
		return func(e *pb.CloudEvent) {
			e.Attributes["time"] = &pb.CloudEventAttributeValue{Attr: &pb.CloudEventAttributeValue_CeTimestamp{CeTimestamp: timestamppb.New(when)}}
		}
	}
	withOdometer := func(change func(*eventsv1.Odometer)) *pb.CloudEvent {
		o := odometer("5")
		change(o)
		return newEvent(t, m, id, passport, &eventsv1.OdometerReading{Odometer: o})
	}
	return map[string]*pb.CloudEvent{
		"EVENT_MALFORMED":    spoil(func(e *pb.CloudEvent) { e.ProtoReflect().SetUnknown([]byte{0x78, 1}) }),
		"EVENT_TOO_LARGE":    spoil(func(e *pb.CloudEvent) { e.GetProtoData().Value = make([]byte, 65<<10) }),
		"EVENT_ID_INVALID":   spoil(func(e *pb.CloudEvent) { e.Id = "with space\x00" }),
		"SOURCE_FOREIGN":     spoil(func(e *pb.CloudEvent) { e.Source = "/members/someone-else/cloud" }),
		"TYPE_UNKNOWN":       spoil(func(e *pb.CloudEvent) { e.Type = "pcc.events.v1.Odometer" }),
		"TYPE_MISMATCH":      spoil(func(e *pb.CloudEvent) { e.Type = "pcc.events.v1.Wash" }),
		"SUBJECT_INVALID":    spoil(func(e *pb.CloudEvent) { delete(e.Attributes, "subject") }),
		"PASSPORT_UNKNOWN":   reading(t, m, id, "passports/"+uuid.NewString(), 1),
		"TIME_MISSING":       spoil(func(e *pb.CloudEvent) { delete(e.Attributes, "time") }),
		"TIME_IN_FUTURE":     spoil(at(time.Now().Add(time.Hour))),
		"TIME_BEFORE_1886":   spoil(at(time.Date(1885, 12, 31, 0, 0, 0, 0, time.UTC))),
		"UNIT_UNKNOWN":       withOdometer(func(o *eventsv1.Odometer) { o.RawUnit = 0 }),
		"PROVENANCE_UNKNOWN": withOdometer(func(o *eventsv1.Odometer) { o.Provenance = 99 }),
		"ODOMETER_MISSING":   newEvent(t, m, id, passport, &eventsv1.OdometerReading{}),
		"ODOMETER_MALFORMED": withOdometer(func(o *eventsv1.Odometer) { o.RawValue = "1e5" }),
		"ODOMETER_NEGATIVE":  withOdometer(func(o *eventsv1.Odometer) { o.RawValue = "-12" }),
		"ODOMETER_ABSURD":    withOdometer(func(o *eventsv1.Odometer) { o.RawValue = "7000000000.001" }),
		"FIELD_INVALID":      newEvent(t, m, id, passport, &eventsv1.BatteryMeasurement{StateOfChargePermille: proto.Int32(1001)}),
	}
}

// TestBatchOfGoodAndBad sends as many events as a batch holds, with one of every fault among them: each bad one costs
// nothing but itself.
func TestBatchOfGoodAndBad(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	batch := readings(t, r.oemMember, "good", passport, 1000)
	want := make(map[int32]string)
	place := int32(3)
	for reason, bad := range faults(t, r.oemMember, "bad", passport) {
		batch[place] = bad
		want[place] = reason
		place += 50
	}
	ack := send(t, r.oem, batch...)
	if int(ack.GetAccepted()) != 1000-len(want) || ack.GetDuplicates() != 0 || len(ack.GetRejections()) != len(want) {
		t.Errorf("%d accepted, %d duplicates, %d rejected, want %d bad ones rejected and the rest accepted",
			ack.GetAccepted(), ack.GetDuplicates(), len(ack.GetRejections()), len(want))
	}
	last := int32(-1)
	for _, rejection := range ack.GetRejections() {
		if rejection.GetIndex() <= last || want[rejection.GetIndex()] != rejection.GetReason() || rejection.GetDetail() == "" {
			t.Errorf("rejection %v, want %s in the order of the batch", rejection, want[rejection.GetIndex()])
		}
		last = rejection.GetIndex()
	}
	status := awaitJournaled(t, r.oem)
	if status.GetJournaled() != int64(ack.GetAccepted()) || status.GetDeadLetters() != int64(len(want)) {
		t.Errorf("status %v after %d accepted and %d rejected", status, ack.GetAccepted(), len(want))
	}
	if n := r.count(t, "SELECT count(*) FROM journal_entry"); n != int(ack.GetAccepted()) {
		t.Errorf("%d journal entries, want %d", n, ack.GetAccepted())
	}
	if r.registry.asked != 1 {
		t.Errorf("the registry was asked %d times for one batch", r.registry.asked)
	}
}

func TestBatchTooLarge(t *testing.T) {
	r := start(t)
	_, err := r.oem.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: readings(t, r.oemMember, "e", r.registry.enrol(), 1001)})
	wantReason(t, "1001 events", err, "BATCH_TOO_LARGE")
	_, err = r.oem.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{})
	wantReason(t, "no event", err, "INVALID_FIELD")
}

// TestLargeBatchIsSplit sends more bytes than one message of the queue can hold.
func TestLargeBatchIsSplit(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	batch := make([]*pb.CloudEvent, 60)
	for i := range batch {
		operations := make([]string, 100)
		for j := range operations {
			operations[j] = strings.Repeat("x", 200)
		}
		batch[i] = newEvent(t, r.oemMember, fmt.Sprint("big-", i), passport, &eventsv1.Service{Operations: operations, Odometer: odometer("7")})
		batch[i].Attributes["padding"] = &pb.CloudEventAttributeValue{Attr: &pb.CloudEventAttributeValue_CeString{CeString: strings.Repeat("y", 40<<10)}}
	}
	if ack := send(t, r.oem, batch...); ack.GetAccepted() != 60 {
		t.Fatalf("acknowledgement %v", ack)
	}
	if status := awaitJournaled(t, r.oem); status.GetJournaled() != 60 {
		t.Errorf("status %v", status)
	}
}

func TestListEventsPagesThroughOwnEvents(t *testing.T) {
	r := start(t)
	passport := r.registry.enrol()
	sent := readings(t, r.oemMember, "e", passport, 25)
	send(t, r.oem, sent...)
	awaitJournaled(t, r.oem)
	var listed []*ingestv1.Event
	req := &ingestv1.ListEventsRequest{Parent: passport, PageSize: 10}
	for range 3 {
		resp, err := r.oem.ListEvents(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, resp.GetEvents()...)
		req.PageToken = resp.GetNextPageToken()
	}
	if len(listed) != 25 || req.GetPageToken() != "" {
		t.Fatalf("%d events listed, next page %q", len(listed), req.GetPageToken())
	}
	for i, e := range listed {
		if e.GetCloudEvent().GetId() != sent[i].GetId() || e.GetOdometerMetres() != int64(1000+i)*1000 ||
			e.GetQuality().GetIndex() < 1 || e.GetQuality().GetPolicyVersion() != "quality/1" ||
			e.GetMember() != r.oemMember.Name() || e.GetPosition().GetSequence() != int64(i) {
			t.Errorf("event %d is %v", i, e)
		}
	}
	_, err := r.oem.ListEvents(t.Context(), &ingestv1.ListEventsRequest{Parent: r.registry.enrol(), PageToken: "Zm9v"})
	wantReason(t, "foreign page token", err, "INVALID_PAGE_TOKEN")
}
