package rpc_test

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"
	"testing"
	"time"

	pb "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/rpc"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

func found(context.Context, *registryv1.GetMemberRequest) (*registryv1.GetMemberResponse, error) {
	return &registryv1.GetMemberResponse{}, nil
}

func TestTheHandlerKnowsTheCaller(t *testing.T) {
	f := newFixture(t)
	var got authn.Principal
	var left time.Duration
	f.onGet(func(ctx context.Context, _ *registryv1.GetMemberRequest) (*registryv1.GetMemberResponse, error) {
		got = authn.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		left = time.Until(deadline)
		return &registryv1.GetMemberResponse{}, nil
	})
	must(t, f.getMember(t.Context(), "members/oem"))
	if want := (authn.Principal{Member: f.name, Name: "admin"}); got != want {
		t.Errorf("the caller is %+v, want %+v", got, want)
	}
	if left <= 0 || left > rpc.UnaryDeadline {
		t.Errorf("%s left to a call without a deadline", left)
	}
}

func TestTheCallersDeadlineHolds(t *testing.T) {
	f := newFixture(t)
	f.onGet(func(ctx context.Context, _ *registryv1.GetMemberRequest) (*registryv1.GetMemberResponse, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := f.getMember(ctx, "members/oem"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v", err)
	}
}

func TestWithoutRightsNothing(t *testing.T) {
	f := newFixture(t)
	f.onGet(found)
	stranger := authority(t, "stranger")
	for name, c := range map[string]struct {
		cert   tls.Certificate
		kind   apperr.Kind
		reason string
	}{
		"no certificate":      {tls.Certificate{}, apperr.Unauthenticated, "CREDENTIALS_MISSING"},
		"foreign certificate": {pair(t, stranger, pki.Leaf{CommonName: "admin"}), apperr.Unauthenticated, "CERTIFICATE_UNTRUSTED"},
		"no permission":       {pair(t, f.member, pki.Leaf{CommonName: "clerk"}), apperr.PermissionDenied, "PERMISSION_DENIED"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := f.dial(t, c.cert)
			_, err := registryv1.NewMemberServiceClient(conn).GetMember(t.Context(), &registryv1.GetMemberRequest{Name: "members/oem"})
			wantError(t, err, c.kind, c.reason, "")
			// Who may not call learns nothing about the rules of the message either.
			_, err = registryv1.NewMemberServiceClient(conn).GetMember(t.Context(), &registryv1.GetMemberRequest{Name: "broken"})
			wantError(t, err, c.kind, c.reason, "")
			stream, err := ingestv1.NewIngestServiceClient(conn).StreamEvents(t.Context())
			must(t, err)
			wantError(t, exchange(stream, batch(0)), c.kind, c.reason, "")
			if resp, err := healthv1.NewHealthClient(conn).Check(t.Context(), &healthv1.HealthCheckRequest{}); err != nil || resp.GetStatus() != healthv1.HealthCheckResponse_SERVING {
				t.Errorf("health: %v, %v", resp, err)
			}
		})
	}
}

func TestAPanicEndsOnlyItsCall(t *testing.T) {
	f := newFixture(t)
	f.onGet(func(context.Context, *registryv1.GetMemberRequest) (*registryv1.GetMemberResponse, error) {
		panic("secret state") //nolint:forbidigo // what the test is about
	})
	f.stream = func(ingestv1.IngestService_StreamEventsServer) error {
		panic("secret state") //nolint:forbidigo // what the test is about
	}
	for name, err := range map[string]error{
		"unary": f.getMember(t.Context(), "members/oem"), "stream": exchange(f.open(t), batch(0)),
	} {
		wantError(t, err, apperr.Internal, "INTERNAL", "")
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the panic left the server: %v", name, err)
		}
	}
	if !strings.Contains(f.log.String(), "server_test.go") {
		t.Error("the log does not say where the panic was")
	}
	f.onGet(found)
	must(t, f.getMember(t.Context(), "members/oem"))
}

func TestMessagesAreValidated(t *testing.T) {
	f := newFixture(t)
	f.onGet(found)
	wantError(t, f.getMember(t.Context(), "members/NO"), apperr.InvalidArgument, "INVALID_FIELD", "name")
	_, err := registryv1.NewMemberServiceClient(f.conn).ListMembers(t.Context(), &registryv1.ListMembersRequest{PageSize: 1001})
	wantError(t, err, apperr.InvalidArgument, "INVALID_FIELD", "page_size")
	stream := f.open(t)
	must(t, exchange(stream, batch(0)))
	wantError(t, exchange(stream, batch(-1)), apperr.InvalidArgument, "INVALID_FIELD", "batch_number")
}

func TestOversizedMessagesAreRefused(t *testing.T) {
	f := newFixture(t)
	large := []*pb.CloudEvent{{Id: strings.Repeat("x", rpc.MaxMessageBytes)}}
	_, err := ingestv1.NewIngestServiceClient(f.conn).IngestEvents(t.Context(), &ingestv1.IngestEventsRequest{Events: large})
	wantError(t, err, apperr.ResourceExhausted, "UPSTREAM", "")
	wantError(t, exchange(f.open(t), &ingestv1.StreamEventsRequest{Events: large}), apperr.ResourceExhausted, "UPSTREAM", "")
	f.wantNoFault(t)
}

// TestMalformedStreamMessage sends bytes that are no message of the call's type.
func TestMalformedStreamMessage(t *testing.T) {
	f := newFixture(t)
	stream, err := f.conn.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, ingestv1.IngestService_StreamEvents_FullMethodName)
	must(t, err)
	garbage := &emptypb.Empty{}
	garbage.ProtoReflect().SetUnknown([]byte{0x12, 0x05, 0x01}) // field 2 promises five bytes and has one
	must(t, stream.SendMsg(garbage))
	wantError(t, rpc.FromStatus(stream.RecvMsg(&ingestv1.StreamEventsResponse{})), apperr.Internal, "UPSTREAM", "")
	f.wantNoFault(t)
}

func TestACancelledStreamIsNoFault(t *testing.T) {
	f := newFixture(t)
	ended := make(chan error, 1)
	f.stream = func(stream ingestv1.IngestService_StreamEventsServer) error {
		err := echo(stream)
		ended <- err
		return err
	}
	ctx, cancel := context.WithCancel(t.Context())
	stream, err := ingestv1.NewIngestServiceClient(f.conn).StreamEvents(ctx)
	must(t, err)
	must(t, exchange(stream, batch(0)))
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the handler saw %v", err)
	}
	f.wantNoFault(t)
}

// wantNoFault makes sure that the server lives and that what came before counts as the caller's.
func (f *fixture) wantNoFault(t *testing.T) {
	t.Helper()
	f.onGet(found)
	must(t, f.getMember(t.Context(), "members/oem"))
	if log := f.log.String(); strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("logged as a fault:\n%s", log)
	}
}

func TestAStreamDoesNotOutliveItsPermission(t *testing.T) {
	f := newFixture(t, func(cfg *rpc.ServerConfig) { cfg.ReauthorizeEvery = time.Millisecond })
	stream := f.open(t)
	must(t, exchange(stream, batch(0)))
	must(t, f.writer.Remove(t.Context(), f.relations()...))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // the remembered answer lives for seconds
	defer cancel()
	var err error
	for n := int64(1); err == nil && ctx.Err() == nil; n++ {
		err = exchange(stream, batch(n))
	}
	wantError(t, err, apperr.PermissionDenied, "PERMISSION_DENIED", "")
}

// TestAStreamThatOnlySendsDoesNotEither is of a server that answers one message with many.
func TestAStreamThatOnlySendsDoesNotEither(t *testing.T) {
	f := newFixture(t, func(cfg *rpc.ServerConfig) { cfg.ReauthorizeEvery = time.Millisecond })
	f.stream = func(stream ingestv1.IngestService_StreamEventsServer) error {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			if err := stream.Send(&ingestv1.StreamEventsResponse{}); err != nil {
				return err
			}
			<-tick.C
		}
	}
	stream := f.open(t)
	_, err := stream.Recv()
	must(t, err)
	must(t, f.writer.Remove(t.Context(), f.relations()...))
	deadline := time.Now().Add(20 * time.Second) // the remembered answer lives for seconds
	for err == nil && time.Now().Before(deadline) {
		_, err = stream.Recv()
	}
	wantError(t, rpc.FromStatus(err), apperr.PermissionDenied, "PERMISSION_DENIED", "")
}

func TestLogsHoldNoPayload(t *testing.T) {
	f := newFixture(t)
	f.onGet(found)
	const secret = "members/vf1secretvin"
	must(t, f.getMember(t.Context(), secret))
	f.fails(apperr.New(apperr.NotFound, "MEMBER_NOT_FOUND", "no such member"))
	_ = f.getMember(t.Context(), secret)
	_ = f.getMember(t.Context(), secret+strings.Repeat("x", 40))
	event := &ingestv1.StreamEventsRequest{BatchNumber: -1, Events: []*pb.CloudEvent{{Id: secret}}}
	_ = exchange(f.open(t), event)
	log := f.log.String()
	if strings.Contains(log, "vf1secretvin") {
		t.Errorf("the log holds what was sent:\n%s", log)
	}
	if strings.Count(log, "\n") != 4 {
		t.Errorf("want one line a call:\n%s", log)
	}
}

func TestUnknownMethodsAreRefused(t *testing.T) {
	f := newFixture(t)
	err := f.conn.Invoke(t.Context(), "/pcc.registry.v1.MemberService/Nothing", &emptypb.Empty{}, &emptypb.Empty{})
	wantError(t, err, apperr.Internal, "UPSTREAM", "") // UNIMPLEMENTED
	err = f.conn.Invoke(t.Context(), "/pcc.registry.v1.MemberService/AdmitMember", &emptypb.Empty{}, &emptypb.Empty{})
	wantError(t, err, apperr.PermissionDenied, "PERMISSION_DENIED", "")
	if status.Code(rpc.ToStatus(err).Err()) != codes.PermissionDenied {
		t.Errorf("error = %v", err)
	}
}
