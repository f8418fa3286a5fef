package rpc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
)

// retryPolicy repeats calls that met a server on its way up or down; every mutation is idempotent by its request id.
const retryPolicy = `{"methodConfig":[{"name":[{}],"retryPolicy":{"maxAttempts":4,"initialBackoff":"0.1s",` +
	`"maxBackoff":"2s","backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE"]}}]}`

// ClientConfig says who calls and whom to trust.
type ClientConfig struct {
	// Certificate is the caller's; the zero value sends none (a bearer token is sent instead).
	Certificate tls.Certificate
	// ServerCA verifies the server.
	ServerCA *x509.CertPool
	// ServerName is the name the server's certificate must bear; the host of the target when empty.
	ServerName string
	// Options are added, for example a dialer of an in-process listener.
	Options []grpc.DialOption
}

// Dial returns a client connection to target; it connects with the first call. The errors of unary calls are *apperr.Error,
// context.Canceled or context.DeadlineExceeded; FromStatus makes those of a stream so. A unary call without a deadline gets
// UnaryDeadline.
func Dial(target string, cfg ClientConfig) (*grpc.ClientConn, error) {
	tlsConfig := &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: cfg.ServerCA, ServerName: cfg.ServerName}
	if cfg.Certificate.Certificate != nil {
		tlsConfig.Certificates = []tls.Certificate{cfg.Certificate}
	}
	opts := append([]grpc.DialOption{
		grpc.WithTransportCredentials(credentials.NewTLS(tlsConfig)),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler()),
		grpc.WithChainUnaryInterceptor(unaryFromStatus),
		grpc.WithDefaultServiceConfig(retryPolicy),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswerBytes)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: time.Minute, Timeout: 20 * time.Second}),
	}, cfg.Options...)
	return grpc.NewClient(target, opts...)
}

func unaryFromStatus(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, UnaryDeadline)
		defer cancel()
	}
	return FromStatus(invoke(ctx, method, req, reply, cc, opts...))
}
