package bridge_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/gateway/internal/bridge"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/devicebus/devicebustest"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	"github.com/pcc-platform/pcc/proto/event"
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
	// meters has a meter for each bridge that is started, reader reads them.
	meters  *sdkmetric.MeterProvider
	reader  *sdkmetric.ManualReader
	bridges atomic.Int32
	t       *testing.T
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Broker: devicebustest.Start(t), ingest: &ingest{taken: map[string]string{}}, log: &stand.Log{}, reader: sdkmetric.NewManualReader(), t: t}
	w.meters = sdkmetric.NewMeterProvider(sdkmetric.WithReader(w.reader))
	w.Member("oem")
	w.Member("garage")
	return w
}

// start runs the bridge and returns how to end it at once.
func (w *world) start() (kill func()) {
	ctx, cancel := context.WithCancel(context.Background())
	reg := registry{broker: w.Broker, members: []string{"oem", "garage"}}
	metrics, err := bridge.NewMetrics(w.meters.Meter(fmt.Sprint("bridge ", w.bridges.Add(1))))
	if err != nil {
		w.t.Fatal(err)
	}
	b := &bridge.Bridge{
		URL: w.URL, Members: reg, Devices: reg, Ingest: w.ingest, Metrics: metrics, Logger: slog.New(slog.NewJSONHandler(w.log, nil)),
	}
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
