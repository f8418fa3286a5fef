package app

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/telemetry"
)

// ProcessConfig configures what a process has once, whatever runs in it.
type ProcessConfig struct {
	// AdminAddress serves /healthz, /readyz and /metrics, without credentials: keep it off public networks.
	AdminAddress string           `yaml:"admin_address"`
	Telemetry    telemetry.Config `yaml:"telemetry"`
}

// ServiceConfig is what every service's configuration begins with.
type ServiceConfig struct {
	// Process is used when the service has a process of its own.
	Process ProcessConfig `yaml:"process"`
	// Listen is the "host:port" on which the service answers over mutual TLS.
	Listen string `yaml:"listen"`
	TLS    TLS    `yaml:"tls"`
	// Services maps each other service to its "host:port".
	Services map[string]string `yaml:"services"`
	Issuers  []authn.Issuer    `yaml:"issuers"`
	// KetoReadAddress is "host:port" of Keto's read API over gRPC.
	KetoReadAddress string   `yaml:"keto_read_address"`
	NATS            NATS     `yaml:"nats"`
	Database        Database `yaml:"database"`
}

// TLS names the files of the service's own certificate and of the platform's authority, all PEM.
type TLS struct {
	CAFile          string `yaml:"ca_file"`
	CertificateFile string `yaml:"certificate_file"`
	KeyFile         string `yaml:"key_file"`
}

// NATS says where the broker is.
type NATS struct {
	URL             string `yaml:"url"`
	CredentialsFile string `yaml:"credentials_file"`
}

// Database names the files that hold connection URLs; a URL holds a password and so does not stand in a configuration.
type Database struct {
	// URLFile is for the role that owns the service's schema.
	URLFile string `yaml:"url_file"`
	// ReaderURLFile is for the role under row-level security; empty for a service without tenant-private rows.
	ReaderURLFile string `yaml:"reader_url_file"`
}

// ReadSecret returns the trimmed content of a file that holds one secret.
func ReadSecret(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("app: read secret: %w", err)
	}
	if secret := strings.TrimSpace(string(raw)); secret != "" {
		return secret, nil
	}
	return "", fmt.Errorf("app: the secret file %s is empty", path)
}

func (t TLS) load() (cert tls.Certificate, ca []byte, pool *x509.CertPool, err error) {
	if cert, err = tls.LoadX509KeyPair(t.CertificateFile, t.KeyFile); err != nil {
		return cert, nil, nil, fmt.Errorf("app: load the service's certificate: %w", err)
	}
	if ca, err = os.ReadFile(t.CAFile); err != nil {
		return cert, nil, nil, fmt.Errorf("app: load the platform's authority: %w", err)
	}
	pool = x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return cert, nil, nil, errors.New("app: the platform's authority file holds no certificate")
	}
	return cert, ca, pool, nil
}
