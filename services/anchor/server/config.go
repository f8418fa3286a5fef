package server

import (
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/journal/logserver"
	"github.com/pcc-platform/pcc/internal/witness/quorum"
)

// Bounds of the interval between epochs.
const (
	defaultInterval = time.Minute
	minInterval     = 100 * time.Millisecond
	maxInterval     = time.Hour
)

// Config configures the anchor service.
type Config struct {
	app.ServiceConfig `yaml:",inline"`
	// EpochInterval is the time between two epochs, such as "2s": how long an event waits for the ledger at most. Every
	// epoch is a transaction that the ledger keeps for ever. One minute when absent.
	EpochInterval time.Duration `yaml:"epoch_interval"`
	// Fabric is the peer to submit to, and as whom. Its organisation's member must be the first one admitted.
	Fabric fabricgw.Settings `yaml:"fabric"`
	// Log has the key that signs the index, and publishes it. It is required.
	Log logserver.Config `yaml:"log"`
	// Witnesses of the members: a majority must cosign an epoch before it is submitted. None is for a consortium that has no
	// witness in its directory yet.
	Witnesses []Witness `yaml:"witnesses"`
}

// Witness is a member's witness.
type Witness struct {
	// Name is what the log calls it, such as the member's id.
	Name string `yaml:"name"`
	// URL is its submission prefix, such as https://witness.insurer.example/pcc.
	URL string `yaml:"url"`
	// Key is its verifier key, as it stands in the member's record on the ledger.
	Key string `yaml:"key"`
}

func (c Config) witnesses() (all []quorum.Witness) {
	for _, w := range c.Witnesses {
		all = append(all, quorum.Witness(w))
	}
	return all
}

// interval returns the configured interval or the default.
func (c Config) interval() (time.Duration, error) {
	switch {
	case c.EpochInterval == 0:
		return defaultInterval, nil
	case c.EpochInterval < minInterval || c.EpochInterval > maxInterval:
		return 0, fmt.Errorf("anchor: epoch_interval of %s is not between %s and %s", c.EpochInterval, minInterval, maxInterval)
	}
	return c.EpochInterval, nil
}
