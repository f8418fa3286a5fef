// Package server puts the gateway together and runs it.
package server

import (
	"crypto/tls"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/gateway/internal/edge"
	"github.com/pcc-platform/pcc/internal/app"
)

// Name is the gateway's name: of its certificate, by which services let it forward principals.
const Name = "gateway"

// Config configures the gateway. Of ServiceConfig it uses process, listen, tls, services and issuers.
type Config struct {
	app.ServiceConfig `yaml:",inline"`
	// Public is the certificate that clients see; the service's own when empty.
	Public Certificate `yaml:"public"`
	// RateLimit is each principal's, and each address's that reads logs without credentials; 200 a second and 400 at once when zero.
	RateLimit edge.RateLimit `yaml:"rate_limit"`
	Devices   Devices        `yaml:"devices"`
	Sealing   Sealing        `yaml:"sealing"`
}

// Sealing configures the sealing of confidential fields on behalf of sources that bring them in the clear.
type Sealing struct {
	// KeyFile holds the key of which the gateway's capsules are derived, for its user alone. All replicas have the same one. Without
	// it this gateway seals nothing, and such events are refused.
	KeyFile string `yaml:"key_file"`
}

// Devices configures the bridge that takes to ingest what cars and dongles publish over MQTT.
type Devices struct {
	// BrokerURL is where the broker answers its own clients, for example "nats://nats.example.org:4222"; without it this
	// gateway serves no devices.
	BrokerURL string `yaml:"broker_url"`
}

// Certificate names the PEM files of a certificate chain and its key.
type Certificate struct {
	CertificateFile string `yaml:"certificate_file"`
	KeyFile         string `yaml:"key_file"`
}

func (c Certificate) or(own tls.Certificate) (tls.Certificate, error) {
	if c == (Certificate{}) {
		return own, nil
	}
	cert, err := tls.LoadX509KeyPair(c.CertificateFile, c.KeyFile)
	if err != nil {
		return cert, fmt.Errorf("gateway: load the public certificate: %w", err)
	}
	return cert, nil
}

func (c Config) rateLimit() (edge.RateLimit, error) {
	l := c.RateLimit
	if l == (edge.RateLimit{}) {
		return edge.RateLimit{PerSecond: 200, Burst: 400}, nil
	}
	if l.PerSecond <= 0 || l.Burst <= 0 {
		return l, errors.New("gateway: rate_limit: per_second and burst must be positive")
	}
	return l, nil
}
