package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/trustee"
	"github.com/pcc-platform/pcc/internal/trustee/onledger"
)

// Bounds of the server.
const (
	headerTimeout  = 10 * time.Second
	readTimeout    = 30 * time.Second
	writeTimeout   = time.Minute
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10

	// vaultService is the only service that has tags evaluated.
	vaultService = "vault"
)

// daemon is what New puts together.
type daemon struct {
	config   Config
	logger   *slog.Logger
	trustee  *trustee.Trustee
	store    *trustee.Store
	peer     *fabricgw.Client
	listener net.Listener
	server   *http.Server
}

// New wires the process, takes its store and its address, and serves nothing yet.
func New(ctx context.Context, cfg Config, p *app.Process) (_ app.Runner, err error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	d := &daemon{config: cfg, logger: p.Logger}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	own, _, err := cfg.certificate()
	if err != nil {
		return nil, err
	}
	if d.store, err = OpenStore(cfg); err != nil {
		return nil, err
	}
	if d.peer, err = Connect(cfg.Ledger); err != nil {
		return nil, err
	}
	ledger := onledger.New(d.peer)
	d.trustee, err = trustee.New(ctx, trustee.Options{
		ID: cfg.ID, Store: d.store, Ledger: ledger, Peers: trustee.NewPeers(own), Logger: p.Logger, Clock: time.Now,
		Patience: cfg.Patience, Poll: cfg.Poll, TagQuota: cfg.TagQuota,
	})
	if err != nil {
		return nil, err
	}
	vault, err := vaultOf(cfg.PlatformCAFile)
	if err != nil {
		return nil, err
	}
	p.AddReadiness("ledger", func(ctx context.Context) error { _, err := d.peer.ChainHeight(ctx); return err })
	if err := d.listen(ctx, cfg, own, trustee.Callers{Vault: vault, Ledger: ledger}, p.Logger); err != nil {
		return nil, err
	}
	return d, nil
}

// Connect reaches a member's own peer. Refusals that a peer gives while it is a block behind are retried.
func Connect(s fabricgw.Settings) (*fabricgw.Client, error) {
	settings, err := s.Config()
	if err != nil {
		return nil, fmt.Errorf("trustee: ledger: %w", err)
	}
	settings.Transient = func(reason string) bool { return model.Reason(reason).Transient() }
	return fabricgw.Connect(settings)
}

// vaultOf knows the certificate of the platform's vault by the platform's authority.
func vaultOf(caFile string) (func(context.Context, *tls.ConnectionState) bool, error) {
	ca, err := os.ReadFile(caFile)
	if err != nil {
		return nil, fmt.Errorf("trustee: platform_ca_file: %w", err)
	}
	trust, err := authn.NewTrustStore(ca)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, c *tls.ConnectionState) bool {
		p, err := trust.Identify(ctx, c.PeerCertificates, time.Now())
		return err == nil && p.IsService() && p.Name == vaultService
	}, nil
}

func (d *daemon) listen(ctx context.Context, cfg Config, own tls.Certificate, callers trustee.Callers, logger *slog.Logger) error {
	d.server = &http.Server{
		Handler: d.trustee.Handler(callers), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
		// Whose certificate a caller has is for the handler to say: a reader needs none.
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}, ClientAuth: tls.RequestClientCert},
	}
	var err error
	if d.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen); err != nil {
		return fmt.Errorf("trustee: %w", err)
	}
	return nil
}

// Run answers and watches the ledger until ctx ends. What is under way then is answered first.
func (d *daemon) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return app.ServeHTTP(ctx, d.server, d.listener) })
	group.Go(func() error { return d.trustee.Watch(ctx) })
	if d.config.Register {
		group.Go(func() error { return d.enrol(ctx) })
	}
	return errors.Join(group.Wait(), d.close())
}

// close releases what is there, users before what they use.
func (d *daemon) close() error {
	var errs []error
	if d.listener != nil {
		// The server has closed it if it ran.
		if err := d.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if d.peer != nil {
		errs = append(errs, d.peer.Close())
	}
	if d.store != nil {
		errs = append(errs, d.store.Close())
	}
	return errors.Join(errs...)
}
