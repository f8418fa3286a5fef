package importer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/history"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/rpc"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/signing"
)

// refusedID begins the id of events that the platform refuses.
const refusedID = "refused"

type stream = grpc.BidiStreamingServer[ingestv1.StreamEventsRequest, ingestv1.StreamEventsResponse]

// platform is the services that an import calls, on a real server. The test decides how streams go.
type platform struct {
	vaultv1.UnimplementedVaultServiceServer
	registryv1.UnimplementedPassportServiceServer
	ingestv1.UnimplementedIngestServiceServer

	conn    *grpc.ClientConn
	bindErr error
	onOpen  func(n int, s stream) error // the n-th stream, from 0

	mu      sync.Mutex
	opened  int
	effects map[string]int // by event id
	// statements are those of the batches taken, nil for an unsigned one; malformed counts signed events that are none.
	statements [][]byte
	malformed  int
	// types counts events by their type.
	types map[string]int
	// receipts signs what is promised, nil for nothing.
	receipts *signing.ReceiptSigner
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	p := &platform{effects: map[string]int{}, types: map[string]int{}}
	p.onOpen = func(_ int, s stream) error { return p.serve(s) }
	ca, err := pki.NewAuthority("platform")
	must(t, err)
	pair, err := ca.Issue(pki.Leaf{CommonName: "ingest", Hosts: []string{"127.0.0.1"}})
	must(t, err)
	cert, err := pair.TLS()
	must(t, err)
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(authn.ServerTLS(cert))))
	vaultv1.RegisterVaultServiceServer(server, p)
	registryv1.RegisterPassportServiceServer(server, p)
	ingestv1.RegisterIngestServiceServer(server, p)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.Certificate())
	p.conn, err = rpc.Dial(l.Addr().String(), rpc.ClientConfig{Certificate: tls.Certificate{}, ServerCA: roots})
	must(t, err)
	t.Cleanup(func() { p.conn.Close() })
	return p
}

// BatchBindVehicles refuses a VIN that begins with "bad".
func (p *platform) BatchBindVehicles(_ context.Context, req *vaultv1.BatchBindVehiclesRequest) (*vaultv1.BatchBindVehiclesResponse, error) {
	if p.bindErr != nil {
		return nil, rpc.ToStatus(p.bindErr).Err()
	}
	resp := &vaultv1.BatchBindVehiclesResponse{}
	for _, vin := range req.GetVins() {
		result := &vaultv1.BindResult{Vehicle: "vehicles/" + vin}
		if len(vin) >= 3 && vin[:3] == "bad" {
			result = &vaultv1.BindResult{Reason: "VIN_LENGTH"}
		}
		resp.Results = append(resp.Results, result)
	}
	return resp, nil
}

func (p *platform) BatchEnrolPassports(_ context.Context, req *registryv1.BatchEnrolPassportsRequest) (*registryv1.BatchEnrolPassportsResponse, error) {
	resp := &registryv1.BatchEnrolPassportsResponse{}
	for _, passport := range req.GetPassports() {
		resp.Results = append(resp.Results, &registryv1.EnrolmentResult{Passport: &registryv1.Passport{Name: "passports/" + passport.GetVehicle()}})
	}
	return resp, nil
}

func (p *platform) StreamEvents(s stream) error {
	p.mu.Lock()
	n := p.opened
	p.opened++
	p.mu.Unlock()
	if err := p.onOpen(n, s); err != nil {
		return rpc.ToStatus(err).Err()
	}
	return nil
}

// serve accepts and acknowledges until the sender is done.
func (p *platform) serve(s stream) error {
	for {
		req, err := s.Recv()
		if err == io.EOF { //nolint:errorlint // gRPC gives it bare
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.Send(p.accept(req)); err != nil {
			return err
		}
	}
}

// accept gives every event one effect and returns the acknowledgement.
func (p *platform) accept(req *ingestv1.StreamEventsRequest) *ingestv1.StreamEventsResponse {
	p.mu.Lock()
	defer p.mu.Unlock()
	ack := &ingestv1.BatchAcknowledgement{}
	events := req.GetEvents()
	for _, raw := range req.GetSigned().GetCloudEvents() {
		e := &pb.CloudEvent{}
		if err := proto.Unmarshal(raw, e); err != nil {
			p.malformed++
		}
		events = append(events, e)
	}
	p.statements = append(p.statements, req.GetSigned().GetStatement())
	for n, e := range events {
		p.types[e.GetType()]++
		switch {
		case len(e.GetId()) >= len(refusedID) && e.GetId()[:len(refusedID)] == refusedID:
			ack.Rejections = append(ack.Rejections, &ingestv1.Rejection{Index: int32(n), EventId: e.GetId(), Reason: "ODOMETER_ABSURD"})
		case p.effects[e.GetId()] > 0:
			ack.Duplicates++
		default:
			p.effects[e.GetId()]++
			ack.Accepted++
		}
	}
	if p.receipts != nil {
		ack.Receipt = p.receipt(events, ack)
	}
	return &ingestv1.StreamEventsResponse{BatchNumber: req.GetBatchNumber(), Acknowledgement: ack}
}

// source yields vehicles with events each, one row an event.
type source struct {
	vehicles, events int
	// next is called before each record.
	next func(n int) error
	read int
}

func (s *source) Next() (history.Record, error) {
	if s.next != nil {
		if err := s.next(s.read); err != nil {
			return history.Record{}, err
		}
	}
	if s.read == s.vehicles {
		return history.Record{}, io.EOF
	}
	n := s.read
	s.read++
	r := history.Record{Vehicle: history.Vehicle{VIN: history.VIN(fmt.Sprintf("vin%d", n))}}
	for k := range s.events {
		r.Events = append(r.Events, reading(n+1, k+1, fmt.Sprintf("event/%d/%d", n, k)))
	}
	return r, nil
}

func reading(line, row int, id string) history.Event {
	return history.Event{
		Line: line, Row: row, ID: id, Time: time.Date(2024, 1, 1, 0, 0, row, 0, time.UTC),
		Message: &eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{RawValue: strconv.Itoa(row)}},
	}
}

func (s *source) Tally() history.Tally { return history.Tally{RowsRead: s.read * s.events} }

func (s *source) Close() error { return nil }

// newImport imports src with one sender.
func (p *platform) newImport(src history.Source) *Import {
	sender := NewSender(p.conn, "oem")
	return &Import{
		Source: src, Format: "test", Vault: p.conn, Registry: p.conn, Inspections: sender, Others: sender,
		Progress: func(Sums) {},
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
