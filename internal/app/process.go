package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"

	"github.com/pcc-platform/pcc/internal/rpc"
	"github.com/pcc-platform/pcc/internal/telemetry"
)

const (
	// inProcessBuffer is the size of the pipe between two services of one process.
	inProcessBuffer = 1 << 20
	// shutdownTimeout bounds everything that happens after the process was told to stop.
	shutdownTimeout = 10 * time.Second
)

// Runner does its work until ctx ends. It returns nil when it stopped because it was told to.
type Runner interface {
	Run(ctx context.Context) error
}

// RunnerFunc makes a function a Runner.
type RunnerFunc func(ctx context.Context) error

// Run calls f.
func (f RunnerFunc) Run(ctx context.Context) error { return f(ctx) }

// Process is one operating-system process of the platform.
type Process struct {
	Logger    *slog.Logger
	telemetry *telemetry.Telemetry
	admin     *adminServer
	local     map[string]*bufconn.Listener
}

// NewProcess sets up the log (JSON lines on logTo), telemetry and the admin port of a process in which the named services
// run.
func NewProcess(ctx context.Context, name string, cfg ProcessConfig, logTo io.Writer, services ...string) (*Process, error) {
	tel, err := telemetry.Setup(ctx, name, cfg.Telemetry, logTo)
	if err != nil {
		return nil, err
	}
	p := &Process{
		Logger: tel.Logger, telemetry: tel,
		admin: newAdminServer(cfg.AdminAddress, tel.Metrics),
		local: make(map[string]*bufconn.Listener, len(services)),
	}
	for _, s := range services {
		p.local[s] = bufconn.Listen(inProcessBuffer)
	}
	return p, nil
}

// Dial connects to a service: through memory when it runs in this process, over the network at addresses otherwise; with
// mutual TLS and the same interceptors both ways.
func (p *Process) Dial(service string, addresses map[string]string, cfg rpc.ClientConfig) (*grpc.ClientConn, error) {
	cfg.ServerName = service
	if l, ok := p.local[service]; ok {
		cfg.Options = append(cfg.Options, grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return l.DialContext(ctx)
		}))
		return rpc.Dial("passthrough:///"+service, cfg)
	}
	address, ok := addresses[service]
	if !ok {
		return nil, fmt.Errorf("app: no address configured for the service %q", service)
	}
	return rpc.Dial(address, cfg)
}

// Run serves the admin port and the runners until ctx ends or one of them fails, and returns the first failure.
func (p *Process) Run(ctx context.Context, runners ...Runner) error {
	group, groupCtx := errgroup.WithContext(ctx)
	for _, r := range append(runners, p.admin) {
		group.Go(func() error { return r.Run(groupCtx) })
	}
	p.Logger.InfoContext(ctx, "process started")
	err := group.Wait()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil // told to stop; a runner that fails with a cancellation of its own making has failed
	}
	flushCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if flushErr := p.telemetry.Shutdown(flushCtx); flushErr != nil {
		p.Logger.WarnContext(flushCtx, "telemetry not flushed", slog.String("error", flushErr.Error()))
	}
	p.Logger.InfoContext(flushCtx, "process stopped")
	return err
}
