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
	Fabric        Fabric        `yaml:"fabric"`
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

// Fabric says which peer to submit to, as whom. All fields are required.
type Fabric struct {
	// Endpoint is "host:port" of the peer.
	Endpoint string `yaml:"endpoint"`
	// TLSCAFile is the authority of the peer's TLS certificate, PEM.
	TLSCAFile string `yaml:"tls_ca_file"`
	// MSPID is the organisation that submits. Its member must be the first one admitted.
	MSPID           string `yaml:"msp_id"`
	CertificateFile string `yaml:"certificate_file"`
	KeyFile         string `yaml:"key_file"`
	Channel         string `yaml:"channel"`
	Chaincode       string `yaml:"chaincode"`
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

// gateway returns the client's configuration, or an error that names the missing field.
func (f Fabric) gateway() (fabricgw.Config, error) {
	fields := []struct{ name, value string }{
		{"endpoint", f.Endpoint}, {"tls_ca_file", f.TLSCAFile}, {"msp_id", f.MSPID},
		{"certificate_file", f.CertificateFile}, {"key_file", f.KeyFile}, {"channel", f.Channel}, {"chaincode", f.Chaincode},
	}
	for _, field := range fields {
		if field.value == "" {
			return fabricgw.Config{}, fmt.Errorf("anchor: fabric.%s is required", field.name)
		}
	}
	return fabricgw.Config{
		Endpoint: f.Endpoint, TLSRootFile: f.TLSCAFile, MSPID: f.MSPID,
		CertFile: f.CertificateFile, KeyFile: f.KeyFile, Channel: f.Channel, Chaincode: f.Chaincode,
	}, nil
}
