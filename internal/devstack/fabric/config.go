package fabric

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pcc-platform/pcc/internal/devstack/proc"
)

// Topology is the way transactions are ordered.
type Topology string

// The topologies.
const (
	Raft1 Topology = "raft1" // one orderer, crash-fault-tolerant protocol with nobody to fail over to
	BFT4  Topology = "bft4"  // four orderers of four organisations, tolerating one faulty
)

// Starter runs processes until it is stopped; *proc.Supervisor is one.
type Starter interface {
	Start(ctx context.Context, spec proc.Spec) error
}

// Config says what to bring up, from what and where.
type Config struct {
	Topology     Topology
	Dir          string // folder of the network's own, absolute
	BinDir       string // folder of peer, orderer, configtxgen, cryptogen and osnadmin
	SampleConfig string // folder of Fabric's own core.yaml and orderer.yaml; see SampleConfig
	Chaincode    string // executable of chaincode/cmd/pcc-chaincode

	// Port returns a free loopback TCP port for the named listener. It is asked on
	// the first Up only.
	Port func(name string) (int, error)
	// Starter keeps the processes; stopping it stops the network.
	Starter Starter
	// Progress is told of each completed step. Nil: nobody is.
	Progress func(step string, took time.Duration)
}

func (c Config) bin(name string) string { return filepath.Join(c.BinDir, name) }

func (c Config) path(elements ...string) string {
	return filepath.Join(append([]string{c.Dir}, elements...)...)
}

// validate names what is missing before anything is started.
func (c Config) validate() error {
	if c.Topology != Raft1 && c.Topology != BFT4 {
		return fmt.Errorf("unknown topology %q", c.Topology)
	}
	if !filepath.IsAbs(c.Dir) {
		return fmt.Errorf("folder %q is not absolute", c.Dir)
	}
	if c.Port == nil || c.Starter == nil {
		return errors.New("no port allocator or no starter")
	}
	needed := []string{
		c.bin("peer"), c.bin("orderer"), c.bin("configtxgen"), c.bin("cryptogen"), c.bin("osnadmin"), c.Chaincode,
		filepath.Join(c.SampleConfig, "core.yaml"), filepath.Join(c.SampleConfig, "orderer.yaml"),
	}
	for _, path := range needed {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("needed to run Fabric: %w", err)
		}
	}
	return nil
}
