package bridge_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/devicebus"
	"github.com/pcc-platform/pcc/internal/devicebus/devicebustest"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	gatewayv1 "github.com/pcc-platform/pcc/proto/gen/pcc/gateway/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

func TestADeviceIsAnsweredOnceItsEventsAreTaken(t *testing.T) {
	w := newWorld(t)
	w.start()
	d := w.device("oem")
	payload := batch(t, "oem", d.Passport, "a", 3, &eventsv1.Refuel{})
	for _, what := range []string{"first", "again"} {
		if a := send(t, d, devicebus.FormatProtobuf, payload); a.GetTaken() != 3 || len(a.GetRejections()) != 0 || a.GetProblem() != nil {
			t.Errorf("%s: %v", what, a)
		}
	}
	if callers := w.ingest.of(d.Passport); len(callers) != 3 || callers[0] != "oem/devices" {
		t.Errorf("taken from %v", callers)
	}
	json := fmt.Sprintf(`{"specversion":"1.0","id":"j","source":"%s/obd","type":"pcc.events.v1.Refuel","time":"2026-03-01T10:00:00Z","subject":"passports/%s","data":{"volumeMl":"40000"}}`,
		source("oem", d.Passport), d.Passport)
	if a := send(t, d, devicebus.FormatJSON, []byte(json)); a.GetTaken() != 1 {
		t.Errorf("an event in JSON: %v", a)
	}
	if a := send(t, d, devicebus.FormatJSON, []byte("["+json+"]")); a.GetTaken() != 1 {
		t.Errorf("an array: %v", a)
	}
	if text := w.log.String(); text != "" {
		t.Errorf("the bridge had to begin anew: %s", text)
	}
}

func TestADeviceIsToldWhatIsRefused(t *testing.T) {
	w := newWorld(t)
	w.start()
	d := w.device("oem")
	other := uuid.NewString()
	for _, c := range []struct {
		what            string
		payload         []byte
		reason, problem string
		taken           int32
	}{
		{"by ingest", batch(t, "oem", d.Passport, "w", 1, &eventsv1.Wash{}), "PASSPORT_UNKNOWN", "", 0},
		{"another passport", batch(t, "oem", other, "o", 1, &eventsv1.Refuel{}), "SUBJECT_INVALID", "", 0},
		{"another member's source", batch(t, "garage", d.Passport, "g", 1, &eventsv1.Refuel{}), "SOURCE_FOREIGN", "", 0},
		{"no batch", []byte{0xff}, "", "EVENT_MALFORMED", 0},
		{"too many", batch(t, "oem", d.Passport, "m", 1001, &eventsv1.Refuel{}), "", "BATCH_TOO_LARGE", 0},
		{"none", []byte{}, "", "", 0},
	} {
		a := send(t, d, devicebus.FormatProtobuf, c.payload)
		reason := ""
		if len(a.GetRejections()) > 0 {
			reason = a.GetRejections()[0].GetReason()
		}
		if reason != c.reason || a.GetProblem().GetReason() != c.problem || a.GetTaken() != c.taken {
			t.Errorf("%s: %v", c.what, a)
		}
	}
}

func TestABridgeThatEndsLosesAndDoublesNothing(t *testing.T) {
	w := newWorld(t)
	kill := w.start()
	d := w.device("oem")
	w.ingest.fail(apperr.New(apperr.Unavailable, "QUEUE_UNAVAILABLE", "down"))
	var payloads [][]byte
	for i := range 20 {
		payload := batch(t, "oem", d.Passport, fmt.Sprint("k", i), 5, &eventsv1.Refuel{})
		payloads = append(payloads, payload)
		if err := d.Send(d.Passport, devicebus.FormatProtobuf, payload); err != nil {
			t.Fatal(err)
		}
	}
	devicebustest.Await(t, "a call that fails", func() bool { w.ingest.mu.Lock(); defer w.ingest.mu.Unlock(); return w.ingest.calls > 0 })
	kill()
	w.ingest.fail(nil)
	w.start()
	answered := map[string]bool{}
	devicebustest.Await(t, "an answer to each message", func() bool {
		out := &gatewayv1.DeviceAnswer{}
		if err := protojson.Unmarshal(d.Answer(), out); err != nil || out.GetTaken() != 5 {
			t.Fatalf("%v: %v", out, err)
		}
		answered[out.GetPayloadSha256()] = true
		return len(answered) == len(payloads)
	})
	if n := len(w.ingest.of(d.Passport)); n != 100 {
		t.Errorf("%d events, want 100", n)
	}
}

// TestARefusedCallIsAnswered has ingest refuse whole calls, for which the device gets the reason.
func TestARefusedCallIsAnswered(t *testing.T) {
	w := newWorld(t)
	w.start()
	d := w.device("oem")
	w.ingest.fail(apperr.New(apperr.PermissionDenied, "PERMISSION_DENIED", "refused"))
	payload := batch(t, "oem", d.Passport, "p", 1, &eventsv1.Refuel{})
	if a := send(t, d, devicebus.FormatProtobuf, payload); a.GetProblem().GetReason() != "PERMISSION_DENIED" {
		t.Errorf("answered %v", a)
	}
	w.ingest.fail(nil)
	if a := send(t, d, devicebus.FormatProtobuf, payload); a.GetTaken() != 1 {
		t.Errorf("sent again: %v", a)
	}
}

func TestMembersAreApart(t *testing.T) {
	w := newWorld(t)
	w.start()
	oem, garage := w.device("oem"), w.device("garage")
	// A device of one member for the passport of the other's: the same topics, in another account.
	twin := w.Connect(oem.Passport, w.Token("garage", oem.Passport, time.Hour))
	if a := send(t, oem, devicebus.FormatProtobuf, batch(t, "oem", oem.Passport, "x", 1, &eventsv1.Refuel{})); a.GetTaken() != 1 {
		t.Errorf("the maker's device: %v", a)
	}
	if a := send(t, garage, devicebus.FormatProtobuf, batch(t, "garage", garage.Passport, "y", 1, &eventsv1.Refuel{})); a.GetTaken() != 1 {
		t.Errorf("the garage's device: %v", a)
	}
	select {
	case payload := <-twin.Answers:
		t.Errorf("a device of another member reads %s", payload)
	default:
	}
	if callers := w.ingest.of(garage.Passport); len(callers) != 1 || callers[0] != "garage/devices" {
		t.Errorf("the garage's events come from %v", callers)
	}
}

func TestSignedBatchesPassAsTheyAre(t *testing.T) {
	w := newWorld(t)
	w.start()
	d := w.device("oem")
	signed := func(passport, prefix string) []byte {
		var in ingestv1.IngestEventsRequest
		if err := proto.Unmarshal(batch(t, "oem", passport, prefix, 2, &eventsv1.Refuel{}), &in); err != nil {
			t.Fatal(err)
		}
		out := &ingestv1.SignedBatch{Statement: []byte("statement of " + prefix)}
		for _, ce := range in.GetEvents() {
			text, err := proto.Marshal(ce)
			if err != nil {
				t.Fatal(err)
			}
			out.CloudEvents = append(out.CloudEvents, text)
		}
		payload, err := proto.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		return payload
	}
	payload := signed(d.Passport, "s")
	if a := send(t, d, devicebus.FormatSigned, payload); a.GetTaken() != 2 || a.GetProblem() != nil {
		t.Errorf("answered %v", a)
	}
	var want ingestv1.SignedBatch
	if err := proto.Unmarshal(payload, &want); err != nil || !proto.Equal(w.ingest.lastSigned(), &want) {
		t.Errorf("ingest got %v: %v", w.ingest.lastSigned(), err)
	}
	if a := send(t, d, devicebus.FormatSigned, signed(uuid.NewString(), "o")); a.GetProblem().GetReason() != "SUBJECT_INVALID" || a.GetTaken() != 0 {
		t.Errorf("events of another passport: %v", a)
	}
	if a := send(t, d, devicebus.FormatSigned, []byte{0xff}); a.GetProblem().GetReason() != "EVENT_MALFORMED" {
		t.Errorf("no batch: %v", a)
	}
}

func TestTwoBridgesShareTheWork(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.start()
	d := w.device("oem")
	const messages = 20
	for i := range messages {
		if err := d.Send(d.Passport, devicebus.FormatProtobuf, batch(t, "oem", d.Passport, fmt.Sprint("t", i), 5, &eventsv1.Refuel{})); err != nil {
			t.Fatal(err)
		}
	}
	answered := map[string]bool{}
	for len(answered) < messages {
		out := &gatewayv1.DeviceAnswer{}
		if err := protojson.Unmarshal(d.Answer(), out); err != nil || out.GetTaken() != 5 {
			t.Fatalf("%v: %v", out, err)
		}
		answered[out.GetPayloadSha256()] = true
	}
	if n := len(w.ingest.of(d.Passport)); n != 5*messages {
		t.Errorf("%d events, want %d", n, 5*messages)
	}
}
