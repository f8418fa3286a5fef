package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/authz"
)

// healthService is the only one open to everybody: orchestrators ask it.
const healthService = "/grpc.health.v1.Health/"

// defaultReauthorizeEvery bounds how long an open stream outlives the permission it was opened with.
const defaultReauthorizeEvery = time.Minute

// errMalformed is what a handler sees of a message on a stream that cannot be decoded.
var errMalformed = apperr.New(apperr.InvalidArgument, "MESSAGE_MALFORMED", "a message is not of the type that the call takes")

type guard struct {
	auth      *authn.Authenticator
	authz     *authz.Authorizer
	validator protovalidate.Validator
	log       *slog.Logger

	reauthorizeEvery time.Duration
}

func (g guard) unaryErrors(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (resp any, err error) {
	ctx, cancel := context.WithTimeout(ctx, UnaryDeadline)
	defer cancel()
	start := time.Now()
	defer func() {
		err = g.conclude(ctx, info.FullMethod, start, recovered(recover(), err))
	}()
	return next(ctx, req)
}

func (g guard) streamErrors(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
	start := time.Now()
	defer func() {
		err = g.conclude(ss.Context(), info.FullMethod, start, recovered(recover(), err))
	}()
	return next(srv, ss)
}

// recovered turns a panic of a handler into an error, so that one bad call cannot end the process.
func recovered(panicked any, err error) error {
	if panicked == nil {
		return err
	}
	return fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
}

// conclude logs the call once and maps its error to status.
func (g guard) conclude(ctx context.Context, method string, start time.Time, err error) error {
	attrs := []any{slog.String("method", method), slog.Duration("took", time.Since(start))}
	if err == nil {
		g.log.DebugContext(ctx, "call", attrs...)
		return nil
	}
	st := ToStatus(err)
	attrs = append(attrs, slog.String("code", st.Code().String()), slog.String("reason", apperr.ReasonOf(err)))
	if ours(st.Code(), err) {
		g.log.ErrorContext(ctx, "call failed", append(attrs, slog.String("error", err.Error()))...)
	} else {
		g.log.InfoContext(ctx, "call refused", attrs...)
	}
	return st.Err()
}

// ours tells faults of the platform, which somebody has to look at, from what callers do: a stranger with bad credentials
// must not be able to fill the log of errors.
func ours(code codes.Code, err error) bool {
	if code == codes.Canceled || code == codes.Unauthenticated {
		return false
	}
	e := apperr.As(err)
	return e == nil || e.Kind == apperr.Internal || errors.Unwrap(e) != nil
}

func (g guard) unaryIdentify(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	if strings.HasPrefix(info.FullMethod, healthService) {
		return next(ctx, req)
	}
	ctx, err := g.identify(ctx, info.FullMethod)
	if err != nil {
		return nil, err
	}
	return next(ctx, req)
}

func (g guard) streamIdentify(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	if strings.HasPrefix(info.FullMethod, healthService) {
		return next(srv, ss)
	}
	ctx, err := g.identify(ss.Context(), info.FullMethod)
	if err != nil {
		return err
	}
	guarded := &guardedStream{ServerStream: ss, ctx: ctx, guard: g, method: info.FullMethod}
	guarded.checked.Store(time.Now().UnixNano())
	return next(srv, guarded)
}

func (g guard) identify(ctx context.Context, method string) (context.Context, error) {
	principal, err := g.auth.Authenticate(ctx, credentialsOf(ctx))
	if err != nil {
		return nil, err
	}
	if err := g.authz.Authorize(ctx, principal, method); err != nil {
		return nil, err
	}
	return authn.WithPrincipal(ctx, principal), nil
}

func credentialsOf(ctx context.Context) authn.Credentials {
	var c authn.Credentials
	if p, ok := peer.FromContext(ctx); ok {
		if info, ok := p.AuthInfo.(credentials.TLSInfo); ok {
			c.Chain = info.State.PeerCertificates
		}
	}
	md, _ := metadata.FromIncomingContext(ctx)
	c.Authorization = first(md.Get("authorization"))
	c.Forwarded = first(md.Get(authn.ForwardedHeader))
	return c
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func (g guard) unaryValidate(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	if err := g.validate(req); err != nil {
		return nil, err
	}
	return next(ctx, req)
}

func (g guard) validate(req any) error {
	msg, ok := req.(proto.Message)
	if !ok {
		return nil
	}
	err := g.validator.Validate(msg)
	var invalid *protovalidate.ValidationError
	if !errors.As(err, &invalid) || len(invalid.Violations) == 0 {
		return err
	}
	v := invalid.Violations[0].Proto
	return apperr.InvalidField(protovalidate.FieldPathString(v.GetField()), "%s", v.GetMessage())
}

// guardedStream validates what is received, and asks for the permission again from time to time, with what is received and
// with what is sent: a call may do only one of them for long.
type guardedStream struct {
	grpc.ServerStream
	ctx    context.Context //nolint:containedctx // a grpc.ServerStream is asked for its context
	guard  guard
	method string
	// checked is when the permission was last given, in Unix nanoseconds. One goroutine may receive while another sends.
	checked atomic.Int64
}

func (s *guardedStream) Context() context.Context { return s.ctx }

func (s *guardedStream) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return receiveError(err)
	}
	if err := s.reauthorize(); err != nil {
		return err
	}
	return s.guard.validate(m)
}

func (s *guardedStream) SendMsg(m any) error {
	if err := s.reauthorize(); err != nil {
		return err
	}
	return FromStatus(s.ServerStream.SendMsg(m))
}

func (s *guardedStream) reauthorize() error {
	if time.Since(time.Unix(0, s.checked.Load())) <= s.guard.reauthorizeEvery {
		return nil
	}
	if err := s.guard.authz.Authorize(s.ctx, authn.FromContext(s.ctx), s.method); err != nil {
		return err
	}
	s.checked.Store(time.Now().UnixNano())
	return nil
}

// receiveError gives gRPC's own errors of a stream the form that handlers return. gRPC has told the caller already; here they
// would else count as faults of the platform, which none of them is. io.EOF, the end of what the caller sends, stays.
func receiveError(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return err
	case status.Code(err) == codes.Internal: // gRPC's code for what cannot be decoded
		return errMalformed
	}
	return FromStatus(err)
}
