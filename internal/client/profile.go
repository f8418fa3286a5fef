// Package client connects programs outside the platform, such as the CLI, to it: a profile says where the platform is and
// who calls.
package client

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"

	"go.yaml.in/yaml/v3"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/internal/rpc"
)

// httpTimeout bounds one REST call.
const httpTimeout = 60 * time.Second

// Profile says where the platform is and as whom to call it.
type Profile struct {
	// Gateway is the base URL of the REST API, for example "https://pcc.example:8443".
	Gateway string `yaml:"gateway"`
	// Services maps each service to the "host:port" of its gRPC API.
	Services map[string]string `yaml:"services"`
	// CAFile verifies the platform's servers, PEM.
	CAFile string `yaml:"ca_file"`
	// CertificateFile and KeyFile are the caller's, PEM.
	CertificateFile string `yaml:"certificate_file"`
	KeyFile         string `yaml:"key_file"`
	// Member is the caller's member id; empty for the operator of the platform.
	Member string `yaml:"member,omitempty"`
}

// Load reads a profile file.
func Load(path string) (Profile, error) {
	var p Profile
	err := config.Load(path, &p)
	return p, err
}

// Save writes a profile file.
func (p Profile) Save(path string) error {
	raw, err := yaml.Marshal(p)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	return os.WriteFile(path, raw, 0o600)
}

func (p Profile) tls() (cert tls.Certificate, roots *x509.CertPool, err error) {
	if cert, err = tls.LoadX509KeyPair(p.CertificateFile, p.KeyFile); err != nil {
		return cert, nil, fmt.Errorf("client: the profile's certificate: %w", err)
	}
	ca, err := os.ReadFile(p.CAFile)
	if err != nil {
		return cert, nil, fmt.Errorf("client: the profile's authority: %w", err)
	}
	roots = x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return cert, nil, fmt.Errorf("client: %s holds no certificate", p.CAFile)
	}
	return cert, roots, nil
}

// Dial returns a connection to the gRPC API of a service. Its errors are *apperr.Error.
func (p Profile) Dial(service string) (*grpc.ClientConn, error) {
	address, ok := p.Services[service]
	if !ok {
		return nil, fmt.Errorf("client: the profile names no address for the service %q", service)
	}
	cert, roots, err := p.tls()
	if err != nil {
		return nil, err
	}
	return rpc.Dial(address, rpc.ClientConfig{Certificate: cert, ServerCA: roots})
}

// HTTP returns a client for the REST API that presents the profile's certificate.
func (p Profile) HTTP() (*http.Client, error) {
	cert, roots, err := p.tls()
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Timeout: httpTimeout,
		Transport: &http.Transport{
			TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: roots, Certificates: []tls.Certificate{cert}},
			ForceAttemptHTTP2: true,
		},
	}, nil
}
