package epcis_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/pcc-platform/pcc/internal/history"
	"github.com/pcc-platform/pcc/internal/history/epcis"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

const (
	passport = "passports/0199e9d4-0000-7000-8000-000000000001"
	source   = "/members/garage/system a:1"
)

func envelope(t *testing.T, id string, at time.Time, message proto.Message) *pb.CloudEvent {
	t.Helper()
	ce, err := event.New(id, source, passport, at, message)
	if err != nil {
		t.Fatal(err)
	}
	return ce
}

// every returns one event of each kind, with what the rules of the kinds require.
func every(t *testing.T) []*pb.CloudEvent {
	t.Helper()
	odometer := &eventsv1.Odometer{
		RawValue: "123456.7", RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_MILE, Provenance: eventsv1.Provenance_PROVENANCE_PHOTO, VssVersion: "5.1",
	}
	texts := map[protoreflect.Name]string{"country": "FR", "from_country": "FR", "to_country": "DE", "codes": "P0301", "next_due": "2027-01-31"}
	at := time.Date(2026, time.March, 1, 12, 0, 0, 5000, time.UTC)
	var events []*pb.CloudEvent
	for n, kind := range event.Kinds() {
		registered, err := protoregistry.GlobalTypes.FindMessageByName(kind.FullName())
		if err != nil {
			t.Fatal(err)
		}
		message := registered.New()
		fields := kind.Fields()
		for i := range fields.Len() {
			fill(message, fields.Get(i), texts, odometer)
		}
		events = append(events, envelope(t, "id:"+string(kind.Name()), at.Add(time.Duration(n)*time.Hour), message.Interface()))
	}
	return events
}

func fill(m protoreflect.Message, field protoreflect.FieldDescriptor, texts map[protoreflect.Name]string, odometer *eventsv1.Odometer) {
	text, ok := texts[field.Name()]
	if !ok {
		text = "text"
	}
	switch {
	case field.IsList() && field.Message() != nil:
		exhibit := &eventsv1.Exhibit{Item: &eventsv1.Exhibit_EventId{EventId: "0199e9d4-0000-7000-8000-000000000001"}}
		m.Mutable(field).List().Append(protoreflect.ValueOfMessage(exhibit.ProtoReflect()))
	case field.IsList():
		m.Mutable(field).List().Append(protoreflect.ValueOfString(text))
	case field.Message() != nil && field.Message().Name() == "Odometer":
		m.Set(field, protoreflect.ValueOfMessage(odometer.ProtoReflect()))
	case field.Kind() == protoreflect.StringKind:
		m.Set(field, protoreflect.ValueOfString(text))
	case field.Kind() == protoreflect.EnumKind:
		m.Set(field, protoreflect.ValueOfEnum(1))
	case field.Kind() == protoreflect.Int32Kind:
		m.Set(field, protoreflect.ValueOfInt32(7))
	case field.Kind() == protoreflect.Int64Kind:
		m.Set(field, protoreflect.ValueOfInt64(7))
	case field.Kind() == protoreflect.BoolKind:
		m.Set(field, protoreflect.ValueOfBool(true))
	}
}

// readBack imports a document and makes the platform's events of it.
func readBack(t *testing.T, document []byte) []*pb.CloudEvent {
	t.Helper()
	path := filepath.Join(t.TempDir(), "epcis.json")
	if err := os.WriteFile(path, document, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := history.Open("epcis", path, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var events []*pb.CloudEvent
	for {
		record, err := file.Next()
		if errors.Is(err, io.EOF) {
			return events
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range record.Rejections {
			t.Errorf("line %d: %s: %s", r.Line, r.Code, r.Reason)
		}
		for _, e := range record.Events {
			id, data, err := e.Resolve(record.Vehicle.Passport)
			if err != nil {
				t.Fatal(err)
			}
			ce, err := event.New(id, e.Source, record.Vehicle.Passport, e.Time, data)
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, ce)
		}
	}
}

// TestWrittenEventsReadBack holds that no field of any kind is lost on the way out and in.
func TestWrittenEventsReadBack(t *testing.T) {
	want := every(t)
	var document bytes.Buffer
	if err := epcis.Write(&document, time.Unix(0, 0), want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, readBack(t, document.Bytes()), protocmp.Transform()); diff != "" {
		t.Errorf("events (-written +read):\n%s", diff)
	}
}

func TestACorrectionIsAnErrorDeclaration(t *testing.T) {
	at := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	want := []*pb.CloudEvent{
		envelope(t, "r-1", at, &eventsv1.Repair{Operations: []string{"brakes"}}),
		envelope(t, "c-1", at.Add(time.Hour), &eventsv1.Correction{CorrectedEventId: "r-1", Reason: "OTHER-car: typed wrong"}),
		envelope(t, "c-2", at.Add(time.Hour), &eventsv1.Correction{CorrectedEventId: "not-here", Reason: "typed wrong"}),
	}
	var document bytes.Buffer
	if err := epcis.Write(&document, at, want); err != nil {
		t.Fatal(err)
	}
	var written epcis.Document
	if err := json.Unmarshal(document.Bytes(), &written); err != nil {
		t.Fatal(err)
	}
	list := written.Body.EventList
	if list[1].EventID != list[0].EventID || list[1].ErrorDeclaration == nil || list[0].ErrorDeclaration != nil || list[1].BizStep != epcis.StepRepairing {
		t.Errorf("the correction is written as %+v", list[1])
	}
	if diff := cmp.Diff(want, readBack(t, document.Bytes()), protocmp.Transform()); diff != "" {
		t.Errorf("events (-written +read):\n%s", diff)
	}
}

func TestPartsAreAssociated(t *testing.T) {
	change := func(removed, installed string) epcis.Event {
		t.Helper()
		var document bytes.Buffer
		message := &eventsv1.PartChange{Kind: eventsv1.PartKind_PART_KIND_ENGINE, RemovedSerial: removed, InstalledSerial: installed, PartNumber: "a:b"}
		if err := epcis.Write(&document, time.Unix(0, 0), []*pb.CloudEvent{envelope(t, "p", time.Unix(1, 0), message)}); err != nil {
			t.Fatal(err)
		}
		var written epcis.Document
		if err := json.Unmarshal(document.Bytes(), &written); err != nil {
			t.Fatal(err)
		}
		return written.Body.EventList[0]
	}
	for _, c := range []struct{ removed, installed, action, step, part string }{
		{"", "new", epcis.ActionAdd, epcis.StepInstalling, "new"},
		{"old", "", epcis.ActionDelete, epcis.StepRemoving, "old"},
		{"old", "new", epcis.ActionAdd, epcis.StepReplacing, "new"},
	} {
		e := change(c.removed, c.installed)
		number, serial := epcis.Part(e.ChildEPCs[0])
		if e.Type != epcis.TypeAssociation || e.ParentID != epcis.PassportURN(passport) || e.Action != c.action || e.BizStep != c.step || number != "a:b" || serial != c.part {
			t.Errorf("-%s +%s is written as %+v", c.removed, c.installed, e)
		}
	}
}

func TestShortNames(t *testing.T) {
	for _, element := range []string{
		"inspecting", "cbv:BizStep-inspecting", "https://ref.gs1.org/cbv/BizStep-inspecting", "urn:epcglobal:cbv:bizstep:inspecting",
	} {
		if got := epcis.ShortName(element); got != epcis.StepInspecting {
			t.Errorf("%s is %q", element, got)
		}
	}
}

func TestWriteRefusesWhatIsNoEvent(t *testing.T) {
	if err := epcis.Write(io.Discard, time.Unix(0, 0), []*pb.CloudEvent{{}}); !errors.Is(err, epcis.ErrNotAnEvent) {
		t.Errorf("error %v, want ErrNotAnEvent", err)
	}
}
