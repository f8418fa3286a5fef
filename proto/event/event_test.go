package event_test

import (
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

const passport = "passports/0199e9d4-0000-7000-8000-000000000001"

func TestNewFillsTheEnvelope(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC)
	reading := &eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{RawValue: "1200"}}
	ce, err := event.New("id-1", "/members/oem/cloud", passport, at, reading)
	if err != nil {
		t.Fatal(err)
	}
	data := &eventsv1.OdometerReading{}
	if err := ce.GetProtoData().UnmarshalTo(data); err != nil || !proto.Equal(data, reading) {
		t.Errorf("data = %v, %v", data, err)
	}
	if ce.GetId() != "id-1" || ce.GetSource() != "/members/oem/cloud" || ce.GetSpecVersion() != "1.0" ||
		ce.GetType() != "pcc.events.v1.OdometerReading" ||
		ce.GetAttributes()["subject"].GetCeString() != passport ||
		!ce.GetAttributes()["time"].GetCeTimestamp().AsTime().Equal(at) {
		t.Errorf("envelope = %v", ce)
	}
}

func TestNewRefuses(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		id   string
		at   time.Time
		msg  proto.Message
		want error
	}{
		"a part":      {"id", now, &eventsv1.Odometer{}, event.ErrNotAKind},
		"no event":    {"id", now, &emptypb.Empty{}, event.ErrNotAKind},
		"without id":  {"", now, &eventsv1.Wash{}, event.ErrIncomplete},
		"without day": {"id", time.Time{}, &eventsv1.Wash{}, event.ErrIncomplete},
	} {
		if _, err := event.New(c.id, "/members/oem/x", passport, c.at, c.msg); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}

// TestKindsAreComplete holds the list of files against what is linked in, so that a new file cannot be forgotten.
func TestKindsAreComplete(t *testing.T) {
	messages := 0
	protoregistry.GlobalFiles.RangeFilesByPackage("pcc.events.v1", func(f protoreflect.FileDescriptor) bool {
		messages += f.Messages().Len()
		return true
	})
	parts := map[protoreflect.Name]bool{
		"Odometer": true, "Exhibit": true, "DocumentDigest": true,
		"Sealed": true, "Position": true, "Amount": true, "BatteryInternals": true, "BatteryCell": true,
	}
	kinds := event.Kinds()
	if len(kinds) != messages-len(parts) {
		t.Errorf("%d kinds of %d messages, want all but %v", len(kinds), messages, parts)
	}
	for _, kind := range kinds {
		if parts[kind.Name()] {
			t.Errorf("%s is a part, not a kind", kind.Name())
		}
	}
}
