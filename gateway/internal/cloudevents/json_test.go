package cloudevents_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/gateway/internal/cloudevents"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const passport = "passports/0199e9d4-0000-7000-8000-000000000001"

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestTheSameEventOnEveryChannel holds JSON to the bytes that a source of protobufs sends: by them ingest tells repetitions.
func TestTheSameEventOnEveryChannel(t *testing.T) {
	reading := &eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{
		RawValue: "12034.5", RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE, Provenance: eventsv1.Provenance_PROVENANCE_OBD_READ,
	}}
	trip := &eventsv1.TripSummary{DistanceMetres: 41_200, Duration: durationpb.New(50 * time.Minute)}
	at := time.Date(2026, 3, 1, 10, 0, 0, 250_000_000, time.UTC)
	b, err := cloudevents.FromJSONBatch(fixture(t, "batch.json"))
	if err != nil || len(b.Events) != 2 || b.Len() != 2 {
		t.Fatalf("%v, %d of %d events: %v", err, len(b.Events), b.Len(), b.Complete(nil))
	}
	for i, want := range []struct {
		id      string
		at      time.Time
		message proto.Message
	}{{"r-1", at, reading}, {"t-1", at.Add(time.Hour), trip}} {
		ce, err := event.New(want.id, "/members/oem/cloud", passport, want.at, want.message)
		if err != nil {
			t.Fatal(err)
		}
		if !proto.Equal(b.Events[i], ce) {
			t.Errorf("event %d is\n%v\nwant\n%v", i, b.Events[i], ce)
		}
	}
}

func TestAttributesKeepTheirTypes(t *testing.T) {
	b, err := cloudevents.FromJSON([]byte(`{"specversion":"1.0","id":"a","source":"/s","type":"x.y",
		"dataschema":"https://example.org/s","count":7,"live":true,"note":"n","gone":null,"data":[1, 2]}`))
	if err != nil || len(b.Events) != 1 {
		t.Fatal(err, b.Complete(nil))
	}
	ce := b.Events[0]
	a := ce.GetAttributes()
	if a["count"].GetCeInteger() != 7 || !a["live"].GetCeBoolean() || a["note"].GetCeString() != "n" ||
		a["dataschema"].GetCeUri() != "https://example.org/s" || a["gone"] != nil {
		t.Errorf("attributes %v", a)
	}
	if ce.GetTextData() != "[1, 2]" {
		t.Errorf("data of an unknown type %q, want it as sent", ce.GetTextData())
	}
}

func TestMalformedEventsRefuseOnlyThemselves(t *testing.T) {
	const good = `{"specversion":"1.0","id":"good","source":"/members/oem/x","type":"pcc.events.v1.Wash","data":{}}`
	for _, c := range []struct{ what, event, field string }{
		{"no object", `7`, ""},
		{"an id that is no text", `{"id":7}`, "id"},
		{"a source that is no text", `{"source":[]}`, "source"},
		{"a version that is no text", `{"specversion":1.0}`, "spec_version"},
		{"two ids", `{"id":"a","id":"b"}`, "id"},
		{"a time that is none", `{"time":"yesterday"}`, "attributes.time"},
		{"a time as number", `{"time":7}`, "attributes.time"},
		{"a subject as truth", `{"subject":true}`, "attributes.subject"},
		{"a relative schema", `{"dataschema":"x"}`, "attributes.dataschema"},
		{"an attribute's name", `{"no_such":1}`, "attributes"},
		{"an attribute that is an object", `{"extra":{}}`, "attributes.extra"},
		{"a number beyond 32 bits", `{"extra":4294967296}`, "attributes.extra"},
		{"data of another format", `{"datacontenttype":"text/xml","data":"<a/>"}`, "attributes.datacontenttype"},
		{"data in bytes", `{"data_base64":"AAAA"}`, "data"},
		{"an unknown field", `{"type":"pcc.events.v1.OdometerReading","data":{"colour":"red"}}`, "data.colour"},
		{"an unknown field that is no name", `{"type":"pcc.events.v1.OdometerReading","data":{"<script>":1}}`, "data"},
		{"an unknown field below", `{"type":"pcc.events.v1.OdometerReading","data":{"odometer":{"raw_value":"1","km":1}}}`, "data.odometer.km"},
		{"a value of another type", `{"type":"pcc.events.v1.OdometerReading","data":{"odometer":{"rawValue":1}}}`, "data.odometer.raw_value"},
		{"an enum's value", `{"type":"pcc.events.v1.OdometerReading","data":{"odometer":{"rawUnit":"FURLONG"}}}`, "data.odometer.raw_unit"},
		{"a field twice", `{"type":"pcc.events.v1.OdometerReading","data":{"odometer":{},"odometer":{}}}`, "data.odometer"},
		{"a duration that is none", `{"type":"pcc.events.v1.TripSummary","data":{"duration":"long"}}`, "data.duration"},
		{"data that is no object", `{"type":"pcc.events.v1.Wash","data":[]}`, "data"},
	} {
		b, err := cloudevents.FromJSONBatch([]byte("[" + good + "," + c.event + "," + good + "]"))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		// Ingest refuses the last of the two that reach it.
		ack := b.Complete(&ingestv1.BatchAcknowledgement{Accepted: 1, Rejections: []*ingestv1.Rejection{{Index: 1, Reason: "SUBJECT_INVALID"}}})
		if len(b.Events) != 2 || ack.GetAccepted() != 1 || len(ack.GetRejections()) != 2 {
			t.Errorf("%s: %v", c.what, ack)
			continue
		}
		r := ack.GetRejections()[0]
		if r.GetIndex() != 1 || r.GetReason() != "EVENT_MALFORMED" || r.GetField() != c.field || r.GetDetail() == "" {
			t.Errorf("%s: refused with %v, want field %q", c.what, r, c.field)
		}
		if r := ack.GetRejections()[1]; r.GetIndex() != 2 || r.GetReason() != "SUBJECT_INVALID" {
			t.Errorf("%s: ingest's refusal became %v", c.what, r)
		}
	}
}

func TestARefusalNamesTheEvent(t *testing.T) {
	b, err := cloudevents.FromJSON([]byte(`{"id":"a","source":"/members/oem/x","time":"never"}`))
	if err != nil {
		t.Fatal(err)
	}
	if r := b.Complete(nil).GetRejections()[0]; r.GetEventId() != "a" || r.GetSource() != "/members/oem/x" {
		t.Errorf("refused %v", r)
	}
	b, err = cloudevents.FromJSON([]byte(`{"id":"` + strings.Repeat("a", 200) + `","time":"never"}`))
	if err != nil {
		t.Fatal(err)
	}
	if r := b.Complete(nil).GetRejections()[0]; r.GetEventId() != "" {
		t.Errorf("an answer repeats %d bytes", len(r.GetEventId()))
	}
}

func TestBodiesThatAreNoBatch(t *testing.T) {
	for _, body := range []string{"", "{}", "[", "[1", "[] []", `["` + "\xff" + `"]`, "null"} {
		if _, err := cloudevents.FromJSONBatch([]byte(body)); !errors.Is(err, cloudevents.ErrMalformed) {
			t.Errorf("batch %q: %v", body, err)
		}
	}
	for _, body := range []string{"", "[]", "{", "{}{}", `{"id":"` + "\xff" + `"}`, "7"} {
		if _, err := cloudevents.FromJSON([]byte(body)); !errors.Is(err, cloudevents.ErrMalformed) {
			t.Errorf("event %q: %v", body, err)
		}
	}
	full := "[" + strings.Repeat("{},", cloudevents.MaxEvents-1) + "{}"
	if b, err := cloudevents.FromJSONBatch([]byte(full + "]")); err != nil || b.Len() != cloudevents.MaxEvents {
		t.Errorf("a full batch: %v", err)
	}
	if _, err := cloudevents.FromJSONBatch([]byte(full + ",{}]")); !errors.Is(err, cloudevents.ErrTooMany) {
		t.Errorf("one more: %v", err)
	}
	if b, err := cloudevents.FromJSONBatch([]byte(" [ ] ")); err != nil || b.Len() != 0 {
		t.Errorf("an empty batch: %v", err)
	}
}

// published finds the structured events in the conformance scenarios of CloudEvents.
var published = regexp.MustCompile(`(?s)Structured content mode.*?\n\n(\s+\{.*?\n\s+\})\n\s+"""`)

// TestPublishedScenarios reads the events of the CloudEvents project's own scenarios, a committed copy of which stands in
// testdata, and those of PCC_DATA_DIR where there are any.
func TestPublishedScenarios(t *testing.T) {
	files := []string{filepath.Join("testdata", "structured.feature")}
	if dir := os.Getenv("PCC_DATA_DIR"); dir != "" {
		found, err := filepath.Glob(filepath.Join(dir, "cloudevents", "*.feature"))
		if err != nil || len(found) == 0 {
			t.Fatalf("PCC_DATA_DIR has no scenarios: %v", err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		scenarios := published.FindAllSubmatch(text, -1)
		if len(scenarios) == 0 {
			t.Errorf("%s has no structured event", file)
		}
		for _, s := range scenarios {
			b, err := cloudevents.FromJSON(s[1])
			if err != nil || len(b.Events) != 1 {
				t.Errorf("%s: %v, %v", file, err, b)
				continue
			}
			ce := b.Events[0]
			at := ce.GetAttributes()["time"].GetCeTimestamp().AsTime()
			if ce.GetId() != "1234-1234-1234" || ce.GetSource() != "/mycontext/subcontext" || ce.GetType() != "com.example.someevent" ||
				!at.Equal(time.Date(2018, 4, 5, 3, 56, 24, 0, time.UTC)) || !strings.Contains(ce.GetTextData(), "Hello World!") {
				t.Errorf("%s: %v", file, ce)
			}
		}
	}
}
