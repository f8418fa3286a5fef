package rpc

import (
	"cmp"
	"crypto/tls"
	"log/slog"
	"time"

	"buf.build/go/protovalidate"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/authz"
)

const (
	// MaxMessageBytes bounds every message a server takes; a larger one is refused with RESOURCE_EXHAUSTED.
	MaxMessageBytes = 4 << 20
	// maxAnswerBytes bounds every message a server gives.
	maxAnswerBytes = 4 * MaxMessageBytes
	// maxConcurrentStreams bounds the calls of one connection.
	maxConcurrentStreams = 1000
	// UnaryDeadline bounds a unary call that came without a shorter deadline.
	UnaryDeadline = 30 * time.Second
)

// ServerConfig is what a server needs beside its handlers.
type ServerConfig struct {
	Certificate   tls.Certificate
	Authenticator *authn.Authenticator
	Authorizer    *authz.Authorizer
	Logger        *slog.Logger
	// ReauthorizeEvery is how often the permission of an open stream is asked for again; a minute when zero.
	ReauthorizeEvery time.Duration
	// Explain, when there is one, turns errors of the technology below the handlers into *apperr.Error where it knows what they
	// mean to a caller, and leaves all others as they are.
	Explain func(error) error
}

// NewServer returns a gRPC server with the platform's interceptors and the standard health service, which alone may be
// called without credentials.
func NewServer(cfg ServerConfig) (*grpc.Server, *health.Server, error) {
	validator, err := protovalidate.New()
	if err != nil {
		return nil, nil, err
	}
	g := guard{
		auth: cfg.Authenticator, authz: cfg.Authorizer, validator: validator, log: cfg.Logger,
		reauthorizeEvery: cmp.Or(cfg.ReauthorizeEvery, defaultReauthorizeEvery),
	}
	explain := cfg.Explain
	if explain == nil {
		explain = func(err error) error { return err }
	}
	server := grpc.NewServer(
		grpc.Creds(credentials.NewTLS(authn.ServerTLS(cfg.Certificate))),
		grpc.StatsHandler(otelgrpc.NewServerHandler()),
		grpc.ChainUnaryInterceptor(g.unaryErrors, g.unaryIdentify, g.unaryValidate, unaryExplain(explain)),
		grpc.ChainStreamInterceptor(g.streamErrors, g.streamIdentify, streamExplain(explain)),
		grpc.MaxRecvMsgSize(MaxMessageBytes),
		grpc.MaxSendMsgSize(maxAnswerBytes),
		grpc.MaxConcurrentStreams(maxConcurrentStreams),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 20 * time.Second, PermitWithoutStream: true}),
	)
	healthServer := health.NewServer()
	healthv1.RegisterHealthServer(server, healthServer)
	return server, healthServer, nil
}
