package server_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/logserver"
	"github.com/pcc-platform/pcc/internal/rpc"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest/server"
)

// patience bounds every wait of a test.
const patience = 30 * time.Second

// running is ingest with a maker, a garage and an authority.
type running struct {
	*stand.Stand
	registry                        *fakeRegistry
	oemMember, garMember, autMember *stand.Member
	oem, garage, authority          ingestv1.IngestServiceClient
	// journal and logs are called as the anchor does.
	journal ingestv1.JournalServiceClient
	logs    journalv1.LogServiceClient
	// logFile is the key that signs the logs' checkpoints.
	logFile string
	// db is the superuser's.
	db *pgx.Conn
}

func start(t *testing.T) running {
	t.Helper()
	return startWith(t, server.Queue{})
}

func startWith(t *testing.T, bounds server.Queue) running {
	t.Helper()
	t.Parallel() // a stand spends most of its time waiting for the disk
	r := running{Stand: stand.New(t, "ingest"), registry: &fakeRegistry{enrolled: map[string]bool{}}}
	r.Fake("registry", func(s *grpc.Server) { registryv1.RegisterPassportServiceServer(s, r.registry) })
	r.oemMember = r.Member("oem", registryv1.MemberClass_MEMBER_CLASS_MAKER)
	r.garMember = r.Member("garage", registryv1.MemberClass_MEMBER_CLASS_GARAGE)
	r.autMember = r.Member("authority", registryv1.MemberClass_MEMBER_CLASS_AUTHORITY)
	r.logFile = filepath.Join(r.Dir(), "log.key")
	if _, err := checkpoint.CreateLogKey(r.logFile, "test.example/log"); err != nil {
		t.Fatal(err)
	}
	r.Start(func(ctx context.Context, p *app.Process) (app.Runner, error) {
		return server.New(ctx, server.Config{ServiceConfig: r.Config(), Queue: bounds, Log: logserver.Config{KeyFile: r.logFile}}, p)
	})
	r.oem = ingestv1.NewIngestServiceClient(r.Dial(r.oemMember, "admin"))
	r.garage = ingestv1.NewIngestServiceClient(r.Dial(r.garMember, "admin"))
	r.authority = ingestv1.NewIngestServiceClient(r.Dial(r.autMember, "admin"))
	anchor := r.DialService("anchor")
	r.journal, r.logs = ingestv1.NewJournalServiceClient(anchor), journalv1.NewLogServiceClient(anchor)
	db, err := pgx.Connect(t.Context(), r.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	r.db = db
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	if _, err := db.Exec(t.Context(), "SET search_path = ingest"); err != nil {
		t.Fatal(err)
	}
	r.awaitReady(t)
	return r
}

// awaitReady waits until the service knows its members and its queue.
func (r running) awaitReady(t *testing.T) {
	t.Helper()
	await(t, "the service knows its members and its queue", func() bool {
		_, err := r.oem.GetIngestStatus(t.Context(), &ingestv1.GetIngestStatusRequest{})
		return err == nil
	})
}

// fakeRegistry knows the passports that a test enrols.
type fakeRegistry struct {
	registryv1.UnimplementedPassportServiceServer
	mu       sync.Mutex
	enrolled map[string]bool
	asked    int
	down     bool
	// enroller is the member that enrolled the passports.
	enroller string
}

func (f *fakeRegistry) setEnroller(member string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.enroller = member
}

func (f *fakeRegistry) setDown(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
}

func (f *fakeRegistry) enrol() (passport string) {
	passport = "passports/" + uuid.NewString()
	f.enrolAs(passport)
	return passport
}

func (f *fakeRegistry) enrolAs(passport string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.enrolled[passport] = true
}

// tagOf is the tag of a passport's vehicle.
func tagOf(passport string) eventlist.Tag { return sha256.Sum256([]byte(passport)) }

// ResolvePassports implements the RPC.
func (f *fakeRegistry) ResolvePassports(_ context.Context, req *registryv1.ResolvePassportsRequest) (*registryv1.ResolvePassportsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if f.down {
		return nil, status.Error(codes.Unavailable, "down")
	}
	resp := &registryv1.ResolvePassportsResponse{}
	for _, name := range req.GetNames() {
		if f.enrolled[name] {
			tag := tagOf(name)
			resp.Passports = append(resp.Passports, &registryv1.ResolvedPassport{Name: name, EnrolledBy: f.enroller, Tag: tag[:]})
		}
	}
	return resp, nil
}

// source is where events of a member come from.
func source(m *stand.Member) string { return "/members/" + m.ID + "/cloud" }

// reading is an event with a mileage.
func reading(t *testing.T, m *stand.Member, id, passport string, km int) *pb.CloudEvent {
	t.Helper()
	return newEvent(t, m, id, passport, &eventsv1.OdometerReading{Odometer: odometer(fmt.Sprint(km))})
}

func odometer(raw string) *eventsv1.Odometer {
	return &eventsv1.Odometer{
		RawValue: raw, RawUnit: eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE, Provenance: eventsv1.Provenance_PROVENANCE_OBD_READ,
	}
}

func newEvent(t *testing.T, m *stand.Member, id, passport string, msg proto.Message) *pb.CloudEvent {
	t.Helper()
	ce, err := event.New(id, source(m), passport, time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), msg)
	if err != nil {
		t.Fatal(err)
	}
	return ce
}

func readings(t *testing.T, m *stand.Member, prefix, passport string, n int) []*pb.CloudEvent {
	t.Helper()
	out := make([]*pb.CloudEvent, n)
	for i := range out {
		out[i] = reading(t, m, fmt.Sprintf("%s-%d", prefix, i), passport, 1000+i)
	}
	return out
}

// send ingests a batch and returns its acknowledgement.
func send(t *testing.T, client ingestv1.IngestServiceClient, events ...*pb.CloudEvent) *ingestv1.BatchAcknowledgement {
	t.Helper()
	resp, err := client.IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: events})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetAcknowledgement()
}

// awaitJournaled waits until the queue is empty and returns the member's status.
func awaitJournaled(t *testing.T, client ingestv1.IngestServiceClient) *ingestv1.GetIngestStatusResponse {
	t.Helper()
	var status *ingestv1.GetIngestStatusResponse
	await(t, "everything is written", func() bool {
		var err error
		if status, err = client.GetIngestStatus(t.Context(), &ingestv1.GetIngestStatusRequest{}); err != nil {
			t.Fatal(err)
		}
		return status.GetPendingBatches() == 0
	})
	return status
}

// await asks until it is so.
func await(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !isSo() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

// count returns the number that a query selects.
func (r running) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := r.db.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func wantReason(t *testing.T, what string, err error, reason string) {
	t.Helper()
	if got := apperr.ReasonOf(err); got != reason {
		t.Errorf("%s: error %v, want reason %s", what, err, reason)
	}
}

// rpcError reads the error of a stream, which a client gets as gRPC's own.
func rpcError(err error) error { return rpc.FromStatus(err) }
