package server

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/gateway"
	"github.com/pcc-platform/pcc/gateway/internal/bridge"
	"github.com/pcc-platform/pcc/gateway/internal/edge"
	"github.com/pcc-platform/pcc/gateway/internal/sealing"
	"github.com/pcc-platform/pcc/gateway/internal/tiles"
	"github.com/pcc-platform/pcc/gateway/internal/transcode"
	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/authn"
	writers "github.com/pcc-platform/pcc/internal/confidential/directory"
	"github.com/pcc-platform/pcc/internal/confidential/sealer"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/web"
)

const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	// writeTimeout begins with the request's header and so includes the call's deadline.
	writeTimeout   = 60 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 32 << 10
)

// New wires the gateway. It starts nothing.
func New(ctx context.Context, cfg Config, p *app.Process) (app.Runner, error) {
	limit, err := cfg.rateLimit()
	if err != nil {
		return nil, err
	}
	base, err := app.NewEdge(ctx, Name, cfg.ServiceConfig, p)
	if err != nil {
		return nil, err
	}
	certificate, err := cfg.Public.or(base.Certificate())
	if err != nil {
		return nil, err
	}
	conns, err := dial(base, cfg.Sealing)
	if err != nil {
		return nil, err
	}

	api, err := transcode.New(ctx, conns, transcode.Hooks{Forwarded: edge.Forwarded, Route: edge.NoteRoute})
	if err != nil {
		return nil, err
	}
	pages, err := edge.NewPages(gateway.OpenAPI, web.Verify)
	if err != nil {
		return nil, err
	}
	principals, addresses := edge.NewLimiter(limit), edge.NewLimiter(limit)
	members := func(next http.Handler) http.Handler { return edge.Authenticate(base.Auth, principals.Limit(next)) }
	logs := addresses.LimitAddresses(tiles.New(conns, members))
	open := pages.Or(tiles.Or(logs, members(edge.Bound(api))))
	handler := edge.Trace(edge.Headers(edge.Log(base.Logger, edge.Recover(base.Logger, open))))

	directory := newDirectory(app.NewDirectory(conns["registry"]))
	base.AddReadiness("members", directory.ready)
	front := front{base: base, server: newHTTPServer(handler, certificate, base.Logger)}
	runners := []app.Runner{front}
	if url := cfg.Devices.BrokerURL; url != "" {
		metrics, err := bridge.NewMetrics(otel.Meter("pcc/gateway"))
		if err != nil {
			return nil, err
		}
		runners = append(runners, &bridge.Bridge{
			URL: url, Members: app.NewDirectory(conns["registry"]), Metrics: metrics, Logger: base.Logger,
			Devices: registryv1.NewDeviceServiceClient(conns["registry"]), Ingest: ingestv1.NewIngestServiceClient(conns["ingest"]),
		})
	}
	return app.RunnerFunc(func(ctx context.Context) error { return base.Run(ctx, directory, runners...) }), nil
}

// dial connects to all services. What goes to ingest is sealed on its way.
func dial(base *app.Base, cfg Sealing) (map[string]*grpc.ClientConn, error) {
	conns := map[string]*grpc.ClientConn{}
	for _, service := range transcode.Services() {
		var err error
		if conns[service], err = base.Dial(service); err != nil {
			return nil, err
		}
	}
	if cfg.KeyFile == "" {
		return conns, nil
	}
	key, err := sealer.LoadKey(cfg.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("gateway: sealing: %w", err)
	}
	s := sealer.New(key, writers.New(conns["access"]), nil)
	conns["ingest"], err = base.Dial("ingest", grpc.WithChainUnaryInterceptor(sealing.Interceptor(s)))
	return conns, err
}

func newHTTPServer(handler http.Handler, certificate tls.Certificate, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, TLSConfig: authn.ServerTLS(certificate),
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		// What net/http has to say is about single connections of clients, such as failed handshakes.
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}

// front serves HTTPS.
type front struct {
	base   *app.Base
	server *http.Server
}

// Run implements app.Runner.
func (f front) Run(ctx context.Context) error {
	listener, err := f.base.Listen(ctx)
	if err != nil {
		return err
	}
	return app.ServeHTTP(ctx, f.server, listener)
}
