package cloudevent_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/cloudevent"
)

const passport = "passports/0199e9d4-0000-7000-8000-000000000001"

var (
	now     = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	unknown = []byte{0x98, 0x06, 0x01} // field 99
)

func newDecoder(t testing.TB) *cloudevent.Decoder {
	t.Helper()
	d, err := cloudevent.NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func envelope(t testing.TB, msg proto.Message) *pb.CloudEvent {
	t.Helper()
	ce, err := event.New("id-1", "/members/oem/cloud", passport, now.Add(-time.Hour), msg)
	if err != nil {
		t.Fatal(err)
	}
	return ce
}

func odometer() *eventsv1.Odometer {
	return &eventsv1.Odometer{
		RawValue: "12.5", RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_MILE, Provenance: eventsv1.Provenance_PROVENANCE_PHOTO,
	}
}

// TestEveryKindIsAccepted holds the kinds' own rules to what a careful source sends.
func TestEveryKindIsAccepted(t *testing.T) {
	messages := []proto.Message{
		&eventsv1.OdometerReading{Odometer: odometer()},
		&eventsv1.InstrumentClusterChange{Removed: odometer(), Installed: odometer(), RemovedSerial: "A", InstalledSerial: "B"},
		&eventsv1.TripSummary{DistanceMetres: 1200, Duration: durationpb.New(time.Hour), OdometerEnd: odometer()},
		&eventsv1.ChargeSession{EnergyWh: 42_000, Duration: durationpb.New(time.Hour)},
		&eventsv1.BatteryMeasurement{StateOfHealthPermille: proto.Int32(1005), StateOfChargePermille: proto.Int32(1000)},
		&eventsv1.Refuel{VolumeMl: 40_000},
		&eventsv1.Wash{},
		&eventsv1.Service{Operations: []string{"oil"}, NextDue: "2028-02-29"},
		&eventsv1.Repair{Operations: []string{"door"}, IncidentEventId: "i-1"},
		&eventsv1.PartChange{Kind: eventsv1.PartKind_PART_KIND_TYRE, RemovedSerial: "1", InstalledSerial: "2"},
		&eventsv1.TyreChange{Count: 4, Size: "205/55 R16 91V"},
		&eventsv1.SoftwareUpdate{ControlUnit: "BMS", PreviousVersion: "1", InstalledVersion: "2"},
		&eventsv1.TroubleCodesReported{Codes: []string{"P0301", "U0100-87"}},
		&eventsv1.TroubleCodesCleared{Codes: []string{"B1000"}},
		&eventsv1.Inspection{Nature: eventsv1.InspectionNature_INSPECTION_NATURE_PERIODIC, Odometer: odometer()},
		&eventsv1.Incident{Severity: eventsv1.Severity_SEVERITY_COSMETIC},
		&eventsv1.ClaimOpened{ClaimReference: "c"}, &eventsv1.ClaimClosed{ClaimReference: "c"},
		&eventsv1.TotalLossDeclared{}, &eventsv1.TotalLossLifted{DeclaredEventId: "d"},
		&eventsv1.Theft{}, &eventsv1.Recovery{TheftEventId: "t"},
		&eventsv1.RecallIssued{Campaign: "R-1", Defect: "brakes"}, &eventsv1.RecallPerformed{Campaign: "R-1"},
		&eventsv1.Registration{Country: "FR"}, &eventsv1.OwnershipChange{},
		&eventsv1.Export{FromCountry: "FR", ToCountry: "DE"}, &eventsv1.Import{FromCountry: "FR", ToCountry: "DE"},
		&eventsv1.Dismantled{CertificateReference: "x"}, &eventsv1.Correction{CorrectedEventId: "e"},
		&eventsv1.DisputeOpened{DisputedEventId: "e"}, &eventsv1.DisputeResolved{OpenedEventId: "o"},
	}
	d := newDecoder(t)
	seen := map[string]bool{}
	for _, m := range messages {
		c := d.Decode(envelope(t, m))
		e, fault := c.Check("oem", now)
		if fault != nil {
			t.Errorf("%s: %+v", c.Type, fault)
		}
		seen[e.Type] = true
	}
	for _, kind := range event.Kinds() {
		if !seen[string(kind.FullName())] {
			t.Errorf("%s is not tested", kind.FullName())
		}
	}
}

func TestDecodeFindsFaults(t *testing.T) {
	spoil := func(change func(*pb.CloudEvent)) *pb.CloudEvent {
		ce := envelope(t, &eventsv1.OdometerReading{Odometer: odometer()})
		change(ce)
		return ce
	}
	withUnknown := odometer()
	withUnknown.ProtoReflect().SetUnknown(unknown)
	for name, c := range map[string]struct {
		event  *pb.CloudEvent
		reason ingest.Reason
		field  string
	}{
		"unknown field of the envelope":   {spoil(func(ce *pb.CloudEvent) { ce.ProtoReflect().SetUnknown(unknown) }), ingest.ReasonEventMalformed, ""},
		"unknown field of an attribute":   {spoil(func(ce *pb.CloudEvent) { ce.Attributes["time"].ProtoReflect().SetUnknown(unknown) }), ingest.ReasonEventMalformed, "attributes"},
		"unknown field of the data":       {spoil(func(ce *pb.CloudEvent) { ce.GetProtoData().Value = unknown }), ingest.ReasonEventMalformed, "data"},
		"unknown field in the data":       {envelope(t, &eventsv1.OdometerReading{Odometer: withUnknown}), ingest.ReasonEventMalformed, "data.odometer"},
		"data that is no protobuf":        {spoil(func(ce *pb.CloudEvent) { ce.GetProtoData().Value = []byte{0xff} }), ingest.ReasonEventMalformed, "data"},
		"data as text":                    {spoil(func(ce *pb.CloudEvent) { ce.Data = &pb.CloudEvent_TextData{TextData: "{}"} }), ingest.ReasonTypeMismatch, "data"},
		"time as text":                    {spoil(func(ce *pb.CloudEvent) { ce.Attributes["time"] = ce.Attributes["subject"] }), ingest.ReasonTimeMissing, "attributes.time"},
		"subject as time":                 {spoil(func(ce *pb.CloudEvent) { ce.Attributes["subject"] = ce.Attributes["time"] }), ingest.ReasonSubjectInvalid, "attributes.subject"},
		"a helper message as type":        {spoil(func(ce *pb.CloudEvent) { ce.Type = "pcc.events.v1.Odometer" }), ingest.ReasonTypeUnknown, "type"},
		"health above 1200":               {envelope(t, &eventsv1.BatteryMeasurement{StateOfHealthPermille: proto.Int32(1201)}), ingest.ReasonFieldInvalid, "data.state_of_health_permille"},
		"a day that is none":              {envelope(t, &eventsv1.Service{NextDue: "2026-02-30"}), ingest.ReasonFieldInvalid, "data.next_due"},
		"no such country code":            {envelope(t, &eventsv1.Export{FromCountry: "FR", ToCountry: "Germany"}), ingest.ReasonFieldInvalid, "data.to_country"},
		"thirteen tyres":                  {envelope(t, &eventsv1.TyreChange{Count: 13}), ingest.ReasonFieldInvalid, "data.count"},
		"a code of no trouble":            {envelope(t, &eventsv1.TroubleCodesReported{Codes: []string{"P0301", "oops"}}), ingest.ReasonFieldInvalid, "data.codes[1]"},
		"a note in the clear":             {envelope(t, &eventsv1.Repair{Notes: "n"}), ingest.ReasonConfidentialInClear, "data.notes"},
		"a place in the clear":            {envelope(t, &eventsv1.TripSummary{End: &eventsv1.Position{}}), ingest.ReasonConfidentialInClear, "data.end"},
		"half a capsule's hash":           {envelope(t, &eventsv1.Repair{Sealed: &eventsv1.Sealed{Capsule: make([]byte, 16)}}), ingest.ReasonFieldInvalid, "data.sealed.capsule"},
		"evidence of nothing":             {envelope(t, disputeWith(&eventsv1.Exhibit{})), ingest.ReasonFieldInvalid, "data.evidence[0].item"},
		"evidence without end":            {envelope(t, disputeWith(slices.Repeat([]*eventsv1.Exhibit{exhibit("text/plain", 32)}, 17)...)), ingest.ReasonFieldInvalid, "data.evidence"},
		"half a hash":                     {envelope(t, disputeWith(exhibit("text/plain", 16))), ingest.ReasonFieldInvalid, "data.evidence[0].document.sha256"},
		"a document of no type":           {envelope(t, disputeWith(exhibit("", 32))), ingest.ReasonFieldInvalid, "data.evidence[0].document.media_type"},
		"a type with a person's name":     {envelope(t, disputeWith(exhibit("text/plain; author=Jo", 32))), ingest.ReasonFieldInvalid, "data.evidence[0].document.media_type"},
		"evidence that is no event":       {envelope(t, disputeWith(&eventsv1.Exhibit{Item: &eventsv1.Exhibit_EventId{EventId: "e-1"}})), ingest.ReasonFieldInvalid, "data.evidence[0].event_id"},
		"a severity of a later release":   {envelope(t, &eventsv1.Incident{Severity: 77}), ingest.ReasonFieldInvalid, "data.severity"},
		"a hundred and one operations":    {envelope(t, &eventsv1.Repair{Operations: make([]string, 101)}), ingest.ReasonFieldInvalid, "data.operations"},
		"a drive that ends before itself": {envelope(t, &eventsv1.TripSummary{Duration: durationpb.New(-time.Second)}), ingest.ReasonFieldInvalid, "data.duration"},
	} {
		candidate := newDecoder(t).Decode(c.event)
		if _, fault := candidate.Check("oem", now); fault == nil || fault.Reason != c.reason || fault.Field != c.field {
			t.Errorf("%s: %+v, want %s at %q", name, fault, c.reason, c.field)
		}
	}
}

// TestConfidentialContentIsWithheld finds it whatever else is wrong with the event, since the event is kept for its sender.
func TestConfidentialContentIsWithheld(t *testing.T) {
	d := newDecoder(t)
	for name, spoil := range map[string]func(*pb.CloudEvent){
		"nothing else":                      func(*pb.CloudEvent) {},
		"under another type":                func(ce *pb.CloudEvent) { ce.Type = "pcc.events.v1.Wash" },
		"under a type that is none":         func(ce *pb.CloudEvent) { ce.Type = "x" },
		"of another source":                 func(ce *pb.CloudEvent) { ce.Source = "/members/other/x" },
		"without a time":                    func(ce *pb.CloudEvent) { delete(ce.Attributes, "time") },
		"in an envelope with unknown field": func(ce *pb.CloudEvent) { ce.ProtoReflect().SetUnknown(unknown) },
		"in data that breaks off":           func(ce *pb.CloudEvent) { ce.GetProtoData().Value = append(ce.GetProtoData().GetValue(), 0x0a) },
	} {
		ce := envelope(t, &eventsv1.Repair{Notes: "n"})
		spoil(ce)
		if c := d.Decode(ce); c.Withheld == nil {
			t.Errorf("%s: it would be kept", name)
		}
	}
	if c := d.Decode(envelope(t, &eventsv1.Repair{Operations: []string{"door"}})); c.Withheld != nil {
		t.Errorf("without confidential fields: %+v", c.Withheld)
	}
}

// BenchmarkDecode reads a kind without confidential fields, and one that has such fields and is sealed.
func BenchmarkDecode(b *testing.B) {
	sealed := &eventsv1.Sealed{Capsule: make([]byte, 32), WrappedKey: make([]byte, 60), Ciphertext: make([]byte, 100)}
	for name, msg := range map[string]proto.Message{
		"OdometerReading": &eventsv1.OdometerReading{Odometer: odometer()},
		"Repair":          &eventsv1.Repair{Odometer: odometer(), Operations: []string{"door"}},
		"SealedRepair":    &eventsv1.Repair{Odometer: odometer(), Operations: []string{"door"}, Sealed: sealed},
	} {
		b.Run(name, func(b *testing.B) {
			d, ce := newDecoder(b), envelope(b, msg)
			b.ReportAllocs()
			for b.Loop() {
				if c := d.Decode(ce); c.DataFault != nil || c.Withheld != nil {
					b.Fatal(c.DataFault, c.Withheld)
				}
			}
		})
	}
}

func TestMileageIsFoundInAnyField(t *testing.T) {
	c := newDecoder(t).Decode(envelope(t, &eventsv1.TripSummary{OdometerEnd: odometer()}))
	if len(c.Odometers) != 1 || c.Odometers[0].Path != "data.odometer_end" || c.Odometers[0].Unit != ingest.Mile || c.Odometers[0].Raw != "12.5" {
		t.Errorf("odometers %+v", c.Odometers)
	}
}

// TestBytesAreStable: an event kept and read again is the same event.
func TestBytesAreStable(t *testing.T) {
	d := newDecoder(t)
	ce := envelope(t, &eventsv1.Wash{})
	for _, name := range []string{"z", "a", "m"} {
		ce.Attributes[name] = &pb.CloudEventAttributeValue{Attr: &pb.CloudEventAttributeValue_CeString{CeString: name}}
	}
	first := d.Decode(ce)
	for range 20 {
		if again := d.Decode(proto.CloneOf(ce)); !bytes.Equal(again.Bytes, first.Bytes) {
			t.Fatal("the same event has other bytes")
		}
	}
	if kept := d.DecodeBytes(first.Bytes); !bytes.Equal(kept.Bytes, first.Bytes) || kept.ID != first.ID || kept.Type != first.Type {
		t.Errorf("read again it is %+v", kept)
	}
}

func disputeWith(evidence ...*eventsv1.Exhibit) *eventsv1.DisputeOpened {
	return &eventsv1.DisputeOpened{DisputedEventId: "e", Evidence: evidence}
}

func exhibit(mediaType string, bytes int) *eventsv1.Exhibit {
	return &eventsv1.Exhibit{Item: &eventsv1.Exhibit_Document{Document: &eventsv1.DocumentDigest{Sha256: make([]byte, bytes), MediaType: mediaType}}}
}
