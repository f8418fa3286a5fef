package rpc_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	pb "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/authz"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/rpc"
	"github.com/pcc-platform/pcc/internal/telemetry"
	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

// handlers are two services whose answers the test decides.
type handlers struct {
	ingestv1.UnimplementedIngestServiceServer
	registryv1.UnimplementedMemberServiceServer

	mu     sync.Mutex
	get    func(context.Context, *registryv1.GetMemberRequest) (*registryv1.GetMemberResponse, error)
	stream func(ingestv1.IngestService_StreamEventsServer) error
}

func (h *handlers) GetMember(ctx context.Context, req *registryv1.GetMemberRequest) (*registryv1.GetMemberResponse, error) {
	h.mu.Lock()
	get := h.get
	h.mu.Unlock()
	return get(ctx, req)
}

func (h *handlers) onGet(f func(context.Context, *registryv1.GetMemberRequest) (*registryv1.GetMemberResponse, error)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.get = f
}

func (h *handlers) IngestEvents(_ context.Context, req *ingestv1.IngestEventsRequest) (*ingestv1.IngestEventsResponse, error) {
	return &ingestv1.IngestEventsResponse{Acknowledgement: &ingestv1.BatchAcknowledgement{Accepted: int32(len(req.GetEvents()))}}, nil
}

func (h *handlers) StreamEvents(stream ingestv1.IngestService_StreamEventsServer) error {
	return h.stream(stream)
}

// echo acknowledges every batch.
func echo(stream ingestv1.IngestService_StreamEventsServer) error {
	for {
		req, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.Send(&ingestv1.StreamEventsResponse{BatchNumber: req.GetBatchNumber()}); err != nil {
			return err
		}
	}
}

// fixture is a server with the real interceptors, TLS and Keto, and a member's administrator calling it.
type fixture struct {
	*handlers
	address  string
	platform *pki.Authority
	member   *pki.Authority
	name     string // of the member
	conn     *grpc.ClientConn
	writer   *relations.Writer
	log      *stand.Log
}

func newFixture(t *testing.T, change ...func(*rpc.ServerConfig)) *fixture {
	t.Helper()
	f := &fixture{handlers: &handlers{stream: echo}, name: testkit.ID("oem"), log: &stand.Log{}}
	f.platform, f.member = authority(t, "platform"), authority(t, f.name)
	keto := testkit.Keto(t)
	f.writer = relations.NewWriter("http://"+keto.Read, "http://"+keto.Write)
	must(t, f.writer.Put(t.Context(), f.relations()...))
	f.serve(t, change...)
	f.conn = f.dial(t, pair(t, f.member, pki.Leaf{CommonName: "admin"}))
	return f
}

func (f *fixture) relations() []relations.Relation {
	admin := f.name + "/admin"
	return []relations.Relation{
		{Namespace: "Member", Object: f.name, Name: "administrators", Subject: admin},
		{Namespace: "Consortium", Object: "pcc", Name: "participants", Subject: admin},
	}
}

func (f *fixture) serve(t *testing.T, change ...func(*rpc.ServerConfig)) {
	t.Helper()
	rules, err := authz.LoadRules()
	must(t, err)
	keto, err := grpc.NewClient(testkit.Keto(t).Read, grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(t, err)
	t.Cleanup(func() { keto.Close() })
	trust, err := authn.NewTrustStore(f.platform.Certificate())
	must(t, err)
	must(t, trust.Refresh(t.Context(), directory{{Member: f.name, CACertificates: string(f.member.Certificate())}}))
	tel, err := telemetry.Setup(t.Context(), "test", telemetry.Config{LogLevel: "debug"}, f.log)
	must(t, err)
	cfg := rpc.ServerConfig{
		Certificate:   pair(t, f.platform, pki.Leaf{CommonName: "test", Hosts: []string{"127.0.0.1"}}),
		Authenticator: &authn.Authenticator{Trust: trust, Tokens: authn.NewTokenVerifier(t.Context(), nil), Now: time.Now},
		Authorizer:    authz.NewAuthorizer(rules, keto),
		Logger:        tel.Logger,
	}
	for _, c := range change {
		c(&cfg)
	}
	server, _, err := rpc.NewServer(cfg)
	must(t, err)
	ingestv1.RegisterIngestServiceServer(server, f.handlers)
	registryv1.RegisterMemberServiceServer(server, f.handlers)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	f.address = l.Addr().String()
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
}

func (f *fixture) dial(t *testing.T, cert tls.Certificate) *grpc.ClientConn {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(f.platform.Certificate())
	conn, err := rpc.Dial(f.address, rpc.ClientConfig{Certificate: cert, ServerCA: roots})
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

func (f *fixture) getMember(ctx context.Context, name string) error {
	_, err := registryv1.NewMemberServiceClient(f.conn).GetMember(ctx, &registryv1.GetMemberRequest{Name: name})
	return err
}

// open returns a stream of batches.
func (f *fixture) open(t *testing.T) ingestv1.IngestService_StreamEventsClient {
	t.Helper()
	stream, err := ingestv1.NewIngestServiceClient(f.conn).StreamEvents(t.Context())
	must(t, err)
	return stream
}

// exchange sends a batch and waits for its acknowledgement.
func exchange(stream ingestv1.IngestService_StreamEventsClient, req *ingestv1.StreamEventsRequest) error {
	if err := stream.Send(req); err != nil && !errors.Is(err, io.EOF) {
		return rpc.FromStatus(err)
	}
	_, err := stream.Recv()
	return rpc.FromStatus(err)
}

func batch(n int64) *ingestv1.StreamEventsRequest {
	return &ingestv1.StreamEventsRequest{BatchNumber: n, Events: []*pb.CloudEvent{{Id: "1"}}}
}

type directory []authn.MemberAuthority

func (d directory) Authorities(context.Context) ([]authn.MemberAuthority, error) { return d, nil }

func authority(t *testing.T, name string) *pki.Authority {
	t.Helper()
	a, err := pki.NewAuthority(name)
	must(t, err)
	return a
}

func pair(t *testing.T, a *pki.Authority, leaf pki.Leaf) tls.Certificate {
	t.Helper()
	p, err := a.Issue(leaf)
	must(t, err)
	cert, err := p.TLS()
	must(t, err)
	return cert
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, err error, kind apperr.Kind, reason, field string) {
	t.Helper()
	if e := apperr.As(err); e == nil || e.Kind != kind || e.Reason != reason || e.Field != field {
		t.Errorf("error = %#v, want kind %d, reason %s, field %q", err, kind, reason, field)
	}
}
