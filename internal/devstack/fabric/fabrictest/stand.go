// Package fabrictest gives a test a Fabric network of its own.
//
// It needs Fabric's commands in .tools/bin, as `make tools` builds them; a test that
// does not find them fails. A network takes some 3 seconds to bring up and 500 MB of
// memory while it runs.
package fabrictest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/testkit"
)

const (
	upTimeout   = 2 * time.Minute
	stopTimeout = 30 * time.Second
	maxPorts    = 16 // more than any topology has listeners
	maxDepth    = 16 // folders between a package and the root
)

// Stand is a network in a folder of the test's, which can be stopped and brought up
// again.
type Stand struct {
	Network *fabric.Network // nil while stopped

	t          testing.TB
	config     fabric.Config
	supervisor *proc.Supervisor
}

// New prepares a network that is not up yet. It is stopped when the test ends.
func New(t testing.TB, topology fabric.Topology) *Stand {
	t.Helper()
	root := projectRoot(t)
	bin := filepath.Join(root, ".tools", "bin")
	if _, err := os.Stat(filepath.Join(bin, "peer")); err != nil {
		t.Fatalf("Fabric's commands are missing; run `make tools`: %v", err)
	}
	sample, err := fabric.SampleConfig(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	s := &Stand{t: t, config: fabric.Config{
		Topology: topology, Dir: filepath.Join(t.TempDir(), "fabric"), BinDir: bin, SampleConfig: sample,
		Chaincode: buildChaincode(t, root), Port: allocator(t),
		Progress: func(step string, took time.Duration) { t.Logf("%6.2fs %s", took.Seconds(), step) },
	}}
	t.Cleanup(s.Stop)
	return s
}

// Dir is the folder of the supervisor's logs and pid files.
func (s *Stand) Dir() string { return filepath.Dir(s.config.Dir) }

// Up brings the network up; it continues the earlier one if there was one.
func (s *Stand) Up() {
	s.t.Helper()
	supervisor, err := proc.New(s.Dir(), slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	s.supervisor, s.config.Starter = supervisor, supervisor
	ctx, cancel := context.WithTimeout(s.t.Context(), upTimeout)
	defer cancel()
	if s.Network, err = fabric.Up(ctx, s.config); err != nil {
		s.t.Fatal(err)
	}
}

// Stop ends the network's processes; its data stays until the test ends.
func (s *Stand) Stop() {
	if s.supervisor == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.t.Context()), stopTimeout)
	defer cancel()
	if err := s.supervisor.Stop(ctx); err != nil {
		s.t.Errorf("stop: %v", err)
	}
	s.supervisor, s.Network = nil, nil
}

// Client calls the chaincode as the user of an organisation, until the test ends.
// Refusals that a peer gives while it is a block behind are retried.
func (s *Stand) Client(organisation string) *fabricgw.Client {
	s.t.Helper()
	org, found := s.Network.Org(organisation)
	if !found {
		s.t.Fatalf("no organisation %s", organisation)
	}
	cfg := s.Network.Client(org)
	cfg.Transient = func(reason string) bool { return model.Reason(reason).Transient() }
	c, err := fabricgw.Connect(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := c.Close(); err != nil {
			s.t.Errorf("close client: %v", err)
		}
	})
	return c
}

func projectRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for range maxDepth {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("not inside the project")
	return ""
}

func buildChaincode(t testing.TB, root string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pcc-chaincode")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", path, "./cmd/pcc-chaincode")
	cmd.Dir = filepath.Join(root, "chaincode")
	cmd.Env = append(cmd.Environ(), "GOWORK=off", "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build chaincode: %v\n%s", err, output)
	}
	return path
}

// allocator hands out ports that were free a moment ago.
func allocator(t testing.TB) func(string) (int, error) {
	t.Helper()
	ports, err := testkit.FreePorts(t.Context(), maxPorts)
	if err != nil {
		t.Fatal(err)
	}
	return func(string) (int, error) {
		if len(ports) == 0 {
			return 0, errors.New("no port left")
		}
		port := ports[0]
		ports = ports[1:]
		return port, nil
	}
}
