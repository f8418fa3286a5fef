package fabric_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/fabric"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/fabricgw"
)

const root = "../../.."

// stand is a network in a folder of the test's, which can be stopped and brought
// up again.
type stand struct {
	t          *testing.T
	config     fabric.Config
	supervisor *proc.Supervisor
	network    *fabric.Network
}

func newStand(t *testing.T, topology fabric.Topology) *stand {
	t.Helper()
	bin, err := filepath.Abs(filepath.Join(root, ".tools", "bin"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, "peer")); err != nil {
		t.Fatalf("Fabric's commands are not built (make tools builds them into .tools/bin): %v", err)
	}
	sample, err := fabric.SampleConfig(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{t: t, config: fabric.Config{
		Topology: topology, Dir: filepath.Join(t.TempDir(), "fabric"), BinDir: bin, SampleConfig: sample,
		Chaincode: buildChaincode(t), Port: freePort,
		Progress: func(step string, took time.Duration) { t.Logf("%6.2fs %s", took.Seconds(), step) },
	}}
	t.Cleanup(s.stop)
	return s
}

// up starts the network; it continues the earlier one if there was one.
func (s *stand) up() {
	s.t.Helper()
	supervisor, err := proc.New(filepath.Dir(s.config.Dir), slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	s.supervisor, s.config.Starter = supervisor, supervisor
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	if s.network, err = fabric.Up(ctx, s.config); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stand) stop() {
	if s.supervisor == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.supervisor.Stop(ctx); err != nil {
		s.t.Errorf("stop: %v", err)
	}
	s.supervisor = nil
}

// client calls the chaincode as the user of an organisation.
func (s *stand) client(name string) *fabricgw.Client {
	s.t.Helper()
	org, found := s.network.Org(name)
	if !found {
		s.t.Fatalf("no organisation %s", name)
	}
	cfg := s.network.Client(org)
	cfg.Transient = func(reason string) bool {
		return reason == "PREVIOUS_EPOCH_UNKNOWN" || reason == "NOT_A_MEMBER"
	}
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

func buildChaincode(t *testing.T) string {
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

// freePort lets the kernel choose. The port could be taken between this call and
// the process's own; the kernel hands out others before it repeats one.
func freePort(string) (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
