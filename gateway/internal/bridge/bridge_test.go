package bridge_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/gateway/internal/bridge"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/devicebus"
	"github.com/pcc-platform/pcc/internal/devicebus/devicebustest"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	gatewayv1 "github.com/pcc-platform/pcc/proto/gen/pcc/gateway/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// ingest knows events by source and id, as the real one does, and refuses those of the type Wash.
type ingest struct {
	ingestv1.IngestServiceClient
	mu     sync.Mutex
	err    error
	calls  int
	taken  map[string]string // caller by source and id
	signed *ingestv1.SignedBatch
}

func (i *ingest) lastSigned() *ingestv1.SignedBatch {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.signed
}

func (i *ingest) fail(err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.err = err
}

// of returns the callers of the taken events of a passport.
func (i *ingest) of(passport string) (callers []string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for key, caller := range i.taken {
		if strings.Contains(key, passport) {
			callers = append(callers, caller)
		}
	}
	return callers
}

// IngestEvents implements the client.
func (i *ingest) IngestEvents(ctx context.Context, req *ingestv1.IngestEventsRequest, _ ...grpc.CallOption) (*ingestv1.IngestEventsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls++
	if i.err != nil {
		return nil, i.err
	}
	md, _ := metadata.FromOutgoingContext(ctx)
	ack := &ingestv1.BatchAcknowledgement{}
	if s := req.GetSigned(); s != nil {
		i.signed = s
		ack.Accepted = int32(len(s.GetCloudEvents())) //nolint:gosec // few
	}
	for n, ce := range req.GetEvents() {
		key := ce.GetSource() + " " + ce.GetId()
		switch _, known := i.taken[key]; {
		case ce.GetType() == "pcc.events.v1.Wash":
			ack.Rejections = append(ack.Rejections, &ingestv1.Rejection{Index: int32(n), Reason: "PASSPORT_UNKNOWN", EventId: ce.GetId()}) //nolint:gosec // few
		case known:
			ack.Duplicates++
		default:
			i.taken[key] = strings.Join(md.Get(authn.ForwardedHeader), ",")
			ack.Accepted++
		}
	}
	return &ingestv1.IngestEventsResponse{Acknowledgement: ack}, nil
}

// registry knows the members and lets the bridge in.
type registry struct {
	registryv1.DeviceServiceClient
	broker  *devicebustest.Broker
	members []string
}

// Authorities implements authn.MemberSource.
func (r registry) Authorities(context.Context) (out []authn.MemberAuthority, _ error) {
	for _, m := range r.members {
		out = append(out, authn.MemberAuthority{Member: m})
	}
	return out, nil
}

// IssueBridgeCredentials implements the client.
func (r registry) IssueBridgeCredentials(_ context.Context, req *registryv1.IssueBridgeCredentialsRequest, _ ...grpc.CallOption) (*registryv1.IssueBridgeCredentialsResponse, error) {
	member := strings.TrimPrefix(req.GetMember(), "members/")
	return &registryv1.IssueBridgeCredentialsResponse{Credentials: r.broker.BridgeCredentials(member)}, nil
}

// world is a broker with the accounts of two members, and ingest.
type world struct {
	*devicebustest.Broker
	ingest *ingest
	log    *stand.Log
	t      *testing.T
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Broker: devicebustest.Start(t), ingest: &ingest{taken: map[string]string{}}, log: &stand.Log{}, t: t}
	w.Member("oem")
	w.Member("garage")
	return w
}

// start runs the bridge and returns how to end it at once.
func (w *world) start() (kill func()) {
	ctx, cancel := context.WithCancel(context.Background())
	reg := registry{broker: w.Broker, members: []string{"oem", "garage"}}
	b := &bridge.Bridge{URL: w.URL, Members: reg, Devices: reg, Ingest: w.ingest, Logger: slog.New(slog.NewJSONHandler(w.log, nil))}
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	kill = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	})
	w.t.Cleanup(kill)
	return kill
}

func source(member, passport string) string { return "/members/" + member + "/passports/" + passport }

// batch is n events of a device in protobuf.
func batch(t *testing.T, member, passport, prefix string, n int, message proto.Message) []byte {
	t.Helper()
	req := &ingestv1.IngestEventsRequest{}
	for i := range n {
		ce, err := event.New(fmt.Sprintf("%s-%d", prefix, i), source(member, passport), "passports/"+passport, time.Now(), message)
		if err != nil {
			t.Fatal(err)
		}
		req.Events = append(req.Events, ce)
	}
	payload, err := proto.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func send(t *testing.T, d *devicebustest.Device, format string, payload []byte) *gatewayv1.DeviceAnswer {
	t.Helper()
	if err := d.Send(d.Passport, format, payload); err != nil {
		t.Fatal(err)
	}
	return answer(t, d, payload)
}

// answer waits for the answer to a message.
func answer(t *testing.T, d *devicebustest.Device, payload []byte) *gatewayv1.DeviceAnswer {
	t.Helper()
	sum := sha256.Sum256(payload)
	for {
		out := &gatewayv1.DeviceAnswer{}
		if err := protojson.Unmarshal(d.Answer(), out); err != nil {
			t.Fatal(err)
		}
		if out.GetPayloadSha256() == hex.EncodeToString(sum[:]) {
			return out
		}
	}
}

func (w *world) device(member string) *devicebustest.Device {
	w.t.Helper()
	passport := uuid.NewString()
	return w.Connect(passport, w.Token(member, passport, time.Hour))
}

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
