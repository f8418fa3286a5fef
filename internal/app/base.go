package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/authz"
	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/internal/retention"
	"github.com/pcc-platform/pcc/internal/rpc"
)

// Base is what a service builds on. New wires it and starts nothing; Run serves.
type Base struct {
	Name   string
	Logger *slog.Logger
	// Server takes the service's handlers before Run; nil for an edge.
	Server *grpc.Server
	// Pool is for the owner of the service's schema; Reader is under row-level security, or nil.
	Pool, Reader *pgxpool.Pool
	// Conn and JS reach the broker.
	Conn *nats.Conn
	JS   jetstream.JetStream
	// Auth is what the service authenticates callers with.
	Auth *authn.Authenticator

	process *Process
	cfg     ServiceConfig
	cert    tls.Certificate
	ca      *x509.CertPool
	health  *health.Server
	closers []func()
}

// NewBase wires the base of the named service, whose schema has the same name.
func NewBase(ctx context.Context, name string, cfg ServiceConfig, p *Process) (_ *Base, err error) {
	b := &Base{Name: name, Logger: p.Logger.With(slog.String("service", name)), process: p, cfg: cfg}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if err := b.authenticate(ctx); err != nil {
		return nil, err
	}
	if err := b.makeServer(); err != nil {
		return nil, err
	}
	if err := b.openDatabase(ctx); err != nil {
		return nil, err
	}
	if err := b.connectBroker(); err != nil {
		return nil, err
	}
	return b, nil
}

// NewEdge wires the base of a program that answers the outside in its own way: it authenticates callers and dials
// services, and has no gRPC server, database or broker.
func NewEdge(ctx context.Context, name string, cfg ServiceConfig, p *Process) (*Base, error) {
	b := &Base{Name: name, Logger: p.Logger.With(slog.String("service", name)), process: p, cfg: cfg}
	if err := b.authenticate(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// authenticate loads the certificate and prepares the authentication of callers.
func (b *Base) authenticate(ctx context.Context) error {
	cert, caPEM, ca, err := b.cfg.TLS.load()
	if err != nil {
		return err
	}
	b.cert, b.ca = cert, ca
	trust, err := authn.NewTrustStore(caPEM)
	if err != nil {
		return err
	}
	b.Auth = &authn.Authenticator{Trust: trust, Tokens: authn.NewTokenVerifier(ctx, b.cfg.Issuers), Now: time.Now}
	return nil
}

// makeServer makes the gRPC server with its guards.
func (b *Base) makeServer() error {
	rules, err := authz.LoadRules()
	if err != nil {
		return err
	}
	// Keto stands beside the platform on the same private network and offers no TLS of its own.
	keto, err := grpc.NewClient(b.cfg.KetoReadAddress, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("app: keto: %w", err)
	}
	b.onClose(func() { _ = keto.Close() })
	b.Server, b.health, err = rpc.NewServer(rpc.ServerConfig{
		Certificate: b.cert, Authenticator: b.Auth, Authorizer: authz.NewAuthorizer(rules, keto), Logger: b.Logger,
		Explain: postgres.Explain,
	})
	return err
}

func (b *Base) openDatabase(ctx context.Context) (err error) {
	open := func(file string) (*pgxpool.Pool, error) {
		if file == "" {
			return nil, nil //nolint:nilnil // a service without this pool
		}
		url, err := ReadSecret(file)
		if err != nil {
			return nil, err
		}
		pool, err := postgres.Open(ctx, url, b.Name)
		if err != nil {
			return nil, err
		}
		b.onClose(pool.Close)
		return pool, nil
	}
	if b.Pool, err = open(b.cfg.Database.URLFile); err != nil {
		return err
	}
	if b.Reader, err = open(b.cfg.Database.ReaderURLFile); err != nil {
		return err
	}
	if b.Pool != nil {
		b.process.AddReadiness(b.Name+"/database", b.Pool.Ping)
	}
	return nil
}

func (b *Base) connectBroker() (err error) {
	if b.cfg.NATS.URL == "" {
		return nil
	}
	if b.Conn, err = messaging.Connect(b.cfg.NATS.URL, "pcc-"+b.Name, b.cfg.NATS.CredentialsFile); err != nil {
		return err
	}
	b.onClose(b.Conn.Close)
	b.process.AddReadiness(b.Name+"/broker", func(context.Context) error {
		if !b.Conn.IsConnected() {
			return errors.New("not connected")
		}
		return nil
	})
	b.JS, err = jetstream.New(b.Conn)
	return err
}

// Dial connects to another service as this one.
func (b *Base) Dial(service string, options ...grpc.DialOption) (*grpc.ClientConn, error) {
	conn, err := b.process.Dial(service, b.cfg.Services, rpc.ClientConfig{Certificate: b.cert, ServerCA: b.ca, Options: options})
	if err != nil {
		return nil, err
	}
	b.onClose(func() { _ = conn.Close() })
	return conn, nil
}

// Certificate is the service's own.
func (b *Base) Certificate() tls.Certificate { return b.cert }

// Relay publishes the service's outbox.
func (b *Base) Relay() Runner {
	return &messaging.Relay{Pool: b.Pool, Schema: b.Name, JS: b.JS, Logger: b.Logger}
}

// AddReadiness makes the process's readiness depend on check.
func (b *Base) AddReadiness(name string, check func(context.Context) error) {
	b.process.AddReadiness(b.Name+"/"+name, check)
}

func (b *Base) onClose(f func()) { b.closers = append(b.closers, f) }

// Listen opens the service's address.
func (b *Base) Listen(ctx context.Context) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", b.cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("app: %s: %w", b.Name, err)
	}
	return listener, nil
}

// Run trusts the members that src lists, serves gRPC on the network and to this process, and runs the service's own
// runners, until ctx ends or one fails. What was opened is closed at the end.
func (b *Base) Run(ctx context.Context, src authn.MemberSource, runners ...Runner) error {
	defer b.close()
	if b.JS != nil {
		if err := b.ensureBus(ctx); err != nil {
			return err
		}
	}
	if b.Server != nil {
		listener, err := b.Listen(ctx)
		if err != nil {
			return err
		}
		runners = append(runners, RunnerFunc(func(ctx context.Context) error { return b.serve(ctx, listener) }))
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.watchMembers(ctx, src) })
	if b.Pool != nil {
		runners = append(runners, &retention.Sweeper{Pool: b.Pool, Logger: b.Logger})
	}
	for _, r := range runners {
		group.Go(func() error { return r.Run(ctx) })
	}
	b.Logger.InfoContext(ctx, "service started", slog.String("address", b.cfg.Listen))
	return group.Wait()
}

func (b *Base) serve(ctx context.Context, listener net.Listener) error {
	stop := context.AfterFunc(ctx, func() {
		b.health.Shutdown()
		force := time.AfterFunc(shutdownTimeout, b.Server.Stop)
		defer force.Stop()
		b.Server.GracefulStop()
	})
	defer stop()
	listeners := []net.Listener{listener}
	if local, ok := b.process.local[b.Name]; ok {
		listeners = append(listeners, local)
	}
	var group errgroup.Group
	for _, l := range listeners {
		group.Go(func() error {
			defer b.Server.Stop() // half a server is none; after a graceful stop there is nothing left to stop
			if err := b.Server.Serve(l); !errors.Is(err, grpc.ErrServerStopped) {
				return err
			}
			return nil // told to stop before it served
		})
	}
	return group.Wait()
}

func (b *Base) close() {
	for i := len(b.closers) - 1; i >= 0; i-- {
		b.closers[i]()
	}
	b.closers = nil
}
