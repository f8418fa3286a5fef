package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// checkTimeout bounds one round of readiness checks.
const checkTimeout = 3 * time.Second

// adminServer answers orchestrators: /healthz (the process lives), /readyz (its parts answer), /metrics.
type adminServer struct {
	address string
	metrics http.Handler

	mu     sync.Mutex
	checks []readinessCheck
}

type readinessCheck struct {
	name  string
	check func(context.Context) error
}

func newAdminServer(address string, metrics http.Handler) *adminServer {
	return &adminServer{address: address, metrics: metrics}
}

// AddReadiness makes /readyz depend on check, which must return within its context.
func (p *Process) AddReadiness(name string, check func(context.Context) error) {
	p.admin.mu.Lock()
	defer p.admin.mu.Unlock()
	p.admin.checks = append(p.admin.checks, readinessCheck{name, check})
}

// Run serves until ctx ends. Without an address there is no admin port.
func (a *adminServer) Run(ctx context.Context) error {
	if a.address == "" {
		<-ctx.Done()
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.address)
	if err != nil {
		return fmt.Errorf("app: admin port: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", a.metrics)
	return ServeHTTP(ctx, &http.Server{Handler: mux, ReadHeaderTimeout: checkTimeout}, listener)
}

func (a *adminServer) ready(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	checks := append([]readinessCheck(nil), a.checks...)
	a.mu.Unlock()
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	for _, c := range checks {
		if err := c.check(ctx); err != nil {
			// The name says where to look; the error itself may name hosts and stays in the log of the part.
			http.Error(w, "not ready: "+c.name, http.StatusServiceUnavailable)
			return
		}
	}
	_, _ = fmt.Fprintln(w, "ready")
}

// ServeHTTP serves on listener until ctx ends, then lets calls under way finish within shutdownTimeout. It returns after them.
func ServeHTTP(ctx context.Context, server *http.Server, listener net.Listener) error {
	finished := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(finished)
		shutdownCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		if server.Shutdown(shutdownCtx) != nil {
			_ = server.Close()
		}
	})
	defer stop()
	var err error
	if server.TLSConfig != nil {
		err = server.ServeTLS(listener, "", "")
	} else {
		err = server.Serve(listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		<-finished // Serve returns as soon as the shutdown begins
		return nil
	}
	return err
}
