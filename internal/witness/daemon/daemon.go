package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"go.opentelemetry.io/otel"
	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/client"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/replay"
)

// Bounds of the server. An answer takes as long as an examination may, and somewhat more.
const (
	headerTimeout  = 10 * time.Second
	readTimeout    = 30 * time.Second
	writeTimeout   = 90 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 16 << 10
	// maxRequests bounds the requests that are answered at the same time; each waits for its turn with a note in memory.
	maxRequests = 256
)

// platform is what a daemon reads: the real one over gRPC, or a test's.
type platform interface {
	replay.Source
	io.Closer
	// Prefix is what a witness looks for evidence with.
	Prefix(ctx context.Context, larger checkpoint.Checkpoint, size uint64) (proof.Hash, []proof.Hash, error)
}

// daemon is what New puts together.
type daemon struct {
	platform platform
	witness  *witness.Witness
	follower *replay.Follower
	exchange *exchange
	listener net.Listener
	server   *http.Server
	logger   *slog.Logger
}

// New wires the process, takes its folder and its address, and serves nothing yet.
func New(ctx context.Context, cfg Config, p *app.Process) (app.Runner, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	profile, err := client.Load(cfg.ProfileFile)
	if err != nil {
		return nil, err
	}
	source, err := newSource(profile)
	if err != nil {
		return nil, err
	}
	d, err := build(ctx, cfg, source, p.Logger)
	if err != nil {
		return nil, err
	}
	if err := registerMetrics(otel.Meter("pcc/witness"), d.witness, d.follower); err != nil {
		return nil, errors.Join(err, d.close())
	}
	p.AddReadiness("memory", d.witness.Ready)
	p.AddReadiness("replay", d.follower.Ready)
	return d, nil
}

// build puts the parts together. What it is given is closed with them, or by an error.
func build(ctx context.Context, cfg Config, source platform, logger *slog.Logger) (_ *daemon, err error) {
	d := &daemon{platform: source, logger: logger}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	log, err := cfg.Log()
	if err != nil {
		return nil, err
	}
	cosigner, err := checkpoint.ReadWitnessKey(cfg.KeyFile())
	if err != nil {
		return nil, err
	}
	d.follower, err = replay.Open(replay.Options{File: cfg.replayFile(), Origin: log.Origin, Source: source, Logger: logger})
	if err != nil {
		return nil, err
	}
	d.witness, err = witness.Open(witness.Options{
		Folder: cfg.memory(), Cosigner: cosigner, Logs: []checkpoint.Log{log}, Approve: d.follower.Approve, Prefix: source.Prefix,
		Logger: logger,
	})
	if err != nil {
		return nil, err
	}
	d.exchange = newExchange(cfg.Peers, log.Origin, d.witness, logger)
	if err := d.listen(ctx, cfg); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *daemon) listen(ctx context.Context, cfg Config) error {
	tls, err := cfg.tls()
	if err != nil {
		return err
	}
	d.server = &http.Server{
		Handler: atMost(maxRequests, d.witness.Handler()), TLSConfig: tls, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(d.logger.Handler(), slog.LevelDebug),
	}
	if d.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen); err != nil {
		return fmt.Errorf("witness: %w", err)
	}
	return nil
}

// atMost refuses requests beyond a number at the same time.
func atMost(n int, next http.Handler) http.Handler {
	places := make(chan struct{}, n)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			next.ServeHTTP(w, r)
		default:
			http.Error(w, "too many requests at once", http.StatusServiceUnavailable)
		}
	})
}

// Run witnesses until ctx ends. What is under way then is answered first.
func (d *daemon) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return app.ServeHTTP(ctx, d.server, d.listener) })
	group.Go(func() error { return d.follower.Run(ctx) })
	group.Go(func() error { return d.exchange.run(ctx) })
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
	if d.witness != nil {
		errs = append(errs, d.witness.Close())
	}
	if d.follower != nil {
		errs = append(errs, d.follower.Close())
	}
	return errors.Join(append(errs, d.platform.Close())...)
}
