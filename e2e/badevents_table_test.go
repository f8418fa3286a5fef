package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// badEvent is one way to spoil a good odometer reading, and what the platform has to say to it.
type badEvent struct {
	name  string
	spoil func(*testing.T, *pb.CloudEvent)
	// reason and field are those of the rejection.
	reason, field string
	// onWire marks what JSON cannot express.
	onWire bool
}

const (
	rawValue = "data.odometer.raw_value"
	rawUnit  = "data.odometer.raw_unit"
	timePath = "attributes.time"
	subject  = "attributes.subject"
)

var badEvents = []badEvent{
	{name: "tomorrow", spoil: at(time.Now().Add(24 * time.Hour)), reason: "TIME_IN_FUTURE", field: timePath},
	{name: "the last day before cars", spoil: at(time.Date(1885, 12, 31, 0, 0, 0, 0, time.UTC)), reason: "TIME_BEFORE_1886", field: timePath},
	{name: "no time", spoil: without("time"), reason: "TIME_MISSING", field: timePath},
	{name: "a time as text", spoil: attribute("time", "2020-01-01"), reason: "TIME_MISSING", field: timePath},
	{name: "no unit", spoil: odometer(func(o *eventsv1.Odometer) { o.RawUnit = 0 }), reason: "UNIT_UNKNOWN", field: rawUnit},
	{name: "a unit of the future", spoil: odometer(func(o *eventsv1.Odometer) { o.RawUnit = 99 }), reason: "UNIT_UNKNOWN", field: rawUnit},
	{name: "no provenance", spoil: odometer(func(o *eventsv1.Odometer) { o.Provenance = 0 }), reason: "PROVENANCE_UNKNOWN", field: "data.odometer.provenance"},
	{name: "negative", spoil: value("-5"), reason: "ODOMETER_NEGATIVE", field: rawValue},
	{name: "more than any counter shows", spoil: value("99999999999"), reason: "ODOMETER_ABSURD", field: rawValue},
	{name: "a decimal comma", spoil: value("12,5"), reason: "ODOMETER_MALFORMED", field: rawValue},
	{name: "an exponent", spoil: value("1e5"), reason: "ODOMETER_MALFORMED", field: rawValue},
	{name: "no digits", spoil: value(""), reason: "ODOMETER_MALFORMED", field: rawValue},
	{name: "no mileage", spoil: data(&eventsv1.OdometerReading{}), reason: "ODOMETER_MISSING", field: "data.odometer"},
	{name: "an unknown passport", spoil: attribute("subject", "passports/00000000-0000-4000-8000-000000000000"), reason: "PASSPORT_UNKNOWN", field: subject},
	{name: "a passport that is none", spoil: attribute("subject", "passports/mine"), reason: "SUBJECT_INVALID", field: subject},
	{name: "no passport", spoil: without("subject"), reason: "SUBJECT_INVALID", field: subject},
	{name: "another member's source", spoil: edit(func(e *pb.CloudEvent) { e.Source = "/members/oem/e2e" }), reason: "SOURCE_FOREIGN", field: "source"},
	{name: "no id", spoil: edit(func(e *pb.CloudEvent) { e.Id = "" }), reason: "EVENT_ID_INVALID", field: "id"},
	{name: "an id with a space", spoil: edit(func(e *pb.CloudEvent) { e.Id += " " }), reason: "EVENT_ID_INVALID", field: "id"},
	{name: "another version of CloudEvents", spoil: edit(func(e *pb.CloudEvent) { e.SpecVersion = "0.3" }), reason: "EVENT_MALFORMED", field: "spec_version"},
	{name: "an unknown type", spoil: edit(func(e *pb.CloudEvent) { e.Type = "pcc.events.v1.Teleported" }), reason: "TYPE_UNKNOWN", field: "type"},
	{name: "data of another type", spoil: edit(func(e *pb.CloudEvent) { e.Type = "pcc.events.v1.Wash" }), reason: "TYPE_MISMATCH", field: "data"},
	{name: "no data", spoil: edit(func(e *pb.CloudEvent) { e.Data = nil }), reason: "TYPE_MISMATCH", field: "data"},
	{name: "a broken rule of the kind", spoil: data(&eventsv1.TyreChange{Count: 13}), reason: "FIELD_INVALID", field: "data.count"},
	{name: "64 KiB and more", spoil: attribute("note", strings.Repeat("x", 65<<10)), reason: "EVENT_TOO_LARGE"},
	{name: "a confidential field in the clear", onWire: true, spoil: data(&eventsv1.Repair{Notes: "n"}), reason: "CONFIDENTIAL_IN_CLEAR", field: "data.notes"},
	{name: "an unknown field of the envelope", onWire: true, reason: "EVENT_MALFORMED", spoil: edit(func(e *pb.CloudEvent) {
		e.ProtoReflect().SetUnknown(unknownField())
	})},
	{name: "an unknown field of the data", onWire: true, reason: "EVENT_MALFORMED", field: "data", spoil: edit(func(e *pb.CloudEvent) {
		e.GetProtoData().Value = append(e.GetProtoData().GetValue(), unknownField()...)
	})},
	{name: "data that is no message", onWire: true, reason: "EVENT_MALFORMED", field: "data", spoil: edit(func(e *pb.CloudEvent) {
		e.GetProtoData().Value = []byte{0xff, 0xff, 0xff}
	})},
}

// unknownField is field 5000, which no message has.
func unknownField() []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, 5000, protowire.VarintType), 1)
}

func edit(f func(*pb.CloudEvent)) func(*testing.T, *pb.CloudEvent) {
	return func(_ *testing.T, e *pb.CloudEvent) { f(e) }
}

func at(when time.Time) func(*testing.T, *pb.CloudEvent) {
	return edit(func(e *pb.CloudEvent) {
		e.Attributes["time"] = &pb.CloudEventAttributeValue{Attr: &pb.CloudEventAttributeValue_CeTimestamp{CeTimestamp: timestamppb.New(when)}}
	})
}

func attribute(name, text string) func(*testing.T, *pb.CloudEvent) {
	return edit(func(e *pb.CloudEvent) {
		e.Attributes[name] = &pb.CloudEventAttributeValue{Attr: &pb.CloudEventAttributeValue_CeString{CeString: text}}
	})
}

func without(name string) func(*testing.T, *pb.CloudEvent) {
	return edit(func(e *pb.CloudEvent) { delete(e.Attributes, name) })
}

func value(raw string) func(*testing.T, *pb.CloudEvent) {
	return odometer(func(o *eventsv1.Odometer) { o.RawValue = raw })
}

func odometer(f func(*eventsv1.Odometer)) func(*testing.T, *pb.CloudEvent) {
	return func(t *testing.T, e *pb.CloudEvent) {
		r := &eventsv1.OdometerReading{}
		if err := e.GetProtoData().UnmarshalTo(r); err != nil {
			t.Fatal(err)
		}
		f(r.GetOdometer())
		data(r)(t, e)
	}
}

// data replaces the event's data, and its type with it.
func data(m proto.Message) func(*testing.T, *pb.CloudEvent) {
	return func(t *testing.T, e *pb.CloudEvent) {
		packed, err := anypb.New(m)
		if err != nil {
			t.Fatal(err)
		}
		e.Type, e.Data = string(m.ProtoReflect().Descriptor().FullName()), &pb.CloudEvent_ProtoData{ProtoData: packed}
	}
}
