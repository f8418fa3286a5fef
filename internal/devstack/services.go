package devstack

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/internal/devissuer"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

const (
	// platformProcess is the process of all services in the single shape.
	platformProcess = "platform"
	readyTimeout    = time.Minute
	probeTimeout    = time.Second
)

// addresses are where the services answer over gRPC.
func (s *Stack) addresses() (map[string]string, error) {
	out := map[string]string{}
	for _, service := range Services() {
		if service == "gateway" {
			continue // it answers over HTTP
		}
		port, err := s.ports.Get(service)
		if err != nil {
			return nil, err
		}
		out[service] = Loopback(port)
	}
	return out, nil
}

// adminAddress is the admin port of a process: a service's, or platformProcess's.
func (s *Stack) adminAddress(process string) (string, error) {
	port, err := s.ports.Get(process + "-admin")
	return Loopback(port), err
}

// processes are those that run the services.
func (s *Stack) processes() []string {
	if s.opts.Shape == ShapeProcess {
		return Services()
	}
	return []string{platformProcess}
}

// startServices starts the development issuer, the services and the members' witnesses and trustees. They start together: each waits for
// what it needs.
func (s *Stack) startServices(ctx context.Context) error {
	if err := s.startIssuer(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	if err := s.writeConfigs(ctx); err != nil {
		return err
	}
	if err := s.writeTrustList(); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, process := range s.processes() {
		spec, err := s.processSpec(process)
		if err != nil {
			return err
		}
		group.Go(func() error { return s.supervisor.Start(ctx, spec) })
	}
	for _, m := range DevMembers() {
		spec, err := s.witnessSpec(m)
		if err != nil {
			return err
		}
		group.Go(func() error { return s.supervisor.Start(ctx, spec) })
	}
	for _, t := range DevTrustees() {
		spec, err := s.trusteeSpec(t)
		if err != nil {
			return err
		}
		group.Go(func() error { return s.supervisor.Start(ctx, spec) })
	}
	return group.Wait()
}

func (s *Stack) processSpec(process string) (proc.Spec, error) {
	admin, err := s.adminAddress(process)
	if err != nil {
		return proc.Spec{}, err
	}
	spec := proc.Spec{
		Name: process, Dir: s.State, Restart: true, Ready: readyProbe("http://" + admin + "/readyz"), ReadyTimeout: readyTimeout,
		Path: s.Bin(process + "d"), Args: []string{"-config", s.configFile(process)},
	}
	if process == platformProcess {
		spec.Path, spec.Args = s.Bin("pcc"), []string{"platform", "--configs", s.path("config"), "--admin-address", admin}
	}
	return spec, nil
}

func readyProbe(url string) func(context.Context) error {
	client := &http.Client{Timeout: probeTimeout}
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", url, resp.Status)
		}
		return nil
	}
}

// startIssuer serves the development issuer from the supervisor's own process, until Stop.
func (s *Stack) startIssuer(ctx context.Context) error {
	port, err := s.ports.Get("issuer")
	if err != nil {
		return err
	}
	issuer, err := devissuer.Open("http://"+Loopback(port), s.IssuerKeyFile())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- issuer.Serve(ctx, Loopback(port)) }()
	s.cancel, s.issuer = cancel, func() error { return <-done }
	return nil
}
