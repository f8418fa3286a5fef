package daemon

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// MaxPeers bounds the other witnesses that one compares with.
const MaxPeers = checkpoint.MaxWitnesses

// Config configures a member's witness.
type Config struct {
	// Process has the admin address, with metrics and readiness, and telemetry.
	Process app.ProcessConfig `yaml:"process"`
	// Folder holds key and memory; see the package comment.
	Folder string `yaml:"folder"`
	// Listen is the "host:port" on which logs ask for cosignatures and anybody reads them.
	Listen string `yaml:"listen"`
	// TLS is the server's certificate. Without it the witness answers over plain HTTP, on a loopback address only: behind a
	// proxy, or in development.
	TLS TLS `yaml:"tls"`
	// LogKey is the verifier key of the index log, <origin>+<ID>+<key>. Get it from the consortium, not from the server.
	LogKey string `yaml:"log_key"`
	// ProfileFile says where the platform is and as whom to read it; see internal/client.
	ProfileFile string `yaml:"profile_file"`
	// Peers are the submission prefixes of other members' witnesses, such as https://witness.insurer.example, at most
	// [MaxPeers]: what they have cosigned is compared.
	Peers []string `yaml:"peers"`
	// Ledger is the member's own peer. Only registering the key needs it.
	Ledger fabricgw.Settings `yaml:"ledger"`
}

// TLS names a certificate and its key, PEM.
type TLS struct {
	CertificateFile string `yaml:"certificate_file"`
	KeyFile         string `yaml:"key_file"`
}

// KeyFile is the witness's key.
func (c Config) KeyFile() string { return filepath.Join(c.Folder, "witness.key") }

func (c Config) memory() string     { return filepath.Join(c.Folder, "memory") }
func (c Config) replayFile() string { return filepath.Join(c.Folder, "replay.db") }

// Log returns the index log. Its origin is the name of its key.
func (c Config) Log() (checkpoint.Log, error) {
	origin, _, _ := strings.Cut(c.LogKey, "+")
	log, err := checkpoint.NewLog(origin, c.LogKey)
	if err != nil {
		return checkpoint.Log{}, fmt.Errorf("witness: log_key: %w", err)
	}
	return log, nil
}

// URL is where the witness answers, as seen from its own machine.
func (c Config) URL() string {
	if c.TLS.CertificateFile != "" {
		return "https://" + c.Listen
	}
	return "http://" + c.Listen
}

// validate checks what no other part does when it reads its own.
func (c Config) validate() error {
	if c.Folder == "" || c.Listen == "" || c.ProfileFile == "" {
		return fmt.Errorf("witness: folder, listen and profile_file are required")
	}
	if c.TLS.CertificateFile == "" && !loopback(c.Listen) {
		return fmt.Errorf("witness: without tls it listens on a loopback address only, not on %s", c.Listen)
	}
	if len(c.Peers) > MaxPeers {
		return fmt.Errorf("witness: more than %d peers", MaxPeers)
	}
	for _, peer := range c.Peers {
		if u, err := url.Parse(peer); err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Host)) {
			return fmt.Errorf("witness: the peer %q is not an https URL", peer)
		}
	}
	return nil
}

func loopback(hostPort string) bool {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// tls returns nil for plain HTTP.
func (c Config) tls() (*tls.Config, error) {
	if c.TLS.CertificateFile == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(c.TLS.CertificateFile, c.TLS.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("witness: tls: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
}
