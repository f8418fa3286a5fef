// Package daemon is a member's trustee as a process: its folder, its server, and its registration on the ledger.
//
// The folder has the certificate by which the trustee speaks TLS, whose hash the ledger pins, and trustee.db with keys and shares,
// sealed by a passphrase that is in another place.
package daemon

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/trustee"
)

// Config configures a member's trustee.
type Config struct {
	// Process has the admin address, with metrics and readiness, and telemetry.
	Process app.ProcessConfig `yaml:"process"`
	// ID names the trustee on the ledger: a-z, 0-9 and '-'. Member is whose it is.
	ID     string `yaml:"id"`
	Member string `yaml:"member"`
	// Folder holds certificate and store; see the package comment.
	Folder string `yaml:"folder"`
	// PassphraseFile has the passphrase that seals what the store keeps secret, at least 12 characters.
	PassphraseFile string `yaml:"passphrase_file"`
	// Listen is the "host:port" of the server, Address the one by which others reach it; the same when empty.
	Listen  string `yaml:"listen"`
	Address string `yaml:"address"`
	// PlatformCAFile is the authority of the platform's services, PEM: its service "vault" may have tags evaluated.
	PlatformCAFile string `yaml:"platform_ca_file"`
	// TagQuota bounds the elements evaluated for one member in a day; 100,000 when zero.
	TagQuota uint64 `yaml:"tag_quota"`
	// Patience is how long a phase of making a key waits for those who are away, the same at all trustees; Poll is how often the
	// ledger is looked at. 30 and 5 seconds when zero.
	Patience time.Duration `yaml:"patience"`
	Poll     time.Duration `yaml:"poll"`
	// Register has the trustee register itself when the ledger says something else of it, or nothing.
	Register bool `yaml:"register"`
	// Ledger is the member's own peer.
	Ledger fabricgw.Settings `yaml:"ledger"`
}

const (
	defaultPatience = 30 * time.Second
	defaultPoll     = 5 * time.Second
)

func (c *Config) complete() error {
	if c.ID == "" || c.Member == "" || c.Folder == "" || c.PassphraseFile == "" || c.Listen == "" || c.PlatformCAFile == "" {
		return errors.New("trustee: id, member, folder, passphrase_file, listen and platform_ca_file are required")
	}
	if c.Address == "" {
		c.Address = c.Listen
	}
	if c.TagQuota == 0 {
		c.TagQuota = trustee.DefaultTagQuota
	}
	if c.Patience == 0 {
		c.Patience = defaultPatience
	}
	if c.Poll == 0 {
		c.Poll = defaultPoll
	}
	return nil
}

func (c *Config) transport() pki.Files { return pki.FilesIn(c.Folder, "transport") }

// Init makes the folder with a certificate and a store with keys; what is there stays.
func Init(cfg Config) error {
	if err := cfg.complete(); err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Folder, 0o700); err != nil {
		return fmt.Errorf("trustee: %w", err)
	}
	if _, err := os.Stat(cfg.transport().Certificate); err == nil {
		return nil
	}
	host, _, err := net.SplitHostPort(cfg.Address)
	if err != nil {
		return fmt.Errorf("trustee: address: %w", err)
	}
	authority, err := pki.NewAuthority(cfg.ID)
	if err != nil {
		return err
	}
	pair, err := authority.Issue(pki.Leaf{CommonName: cfg.ID, Hosts: []string{host}})
	if err != nil {
		return err
	}
	return pair.Write(cfg.transport())
}

func (c *Config) certificate() (tls.Certificate, model.Hash, error) {
	pair, err := tls.LoadX509KeyPair(c.transport().Certificate, c.transport().Key)
	if err != nil {
		return tls.Certificate{}, model.Hash{}, fmt.Errorf("trustee: certificate: %w", err)
	}
	return pair, sha256.Sum256(pair.Certificate[0]), nil
}

// OpenStore opens the folder's store with the passphrase.
func OpenStore(cfg Config) (*trustee.Store, error) {
	passphrase, err := app.ReadSecret(cfg.PassphraseFile)
	if err != nil {
		return nil, err
	}
	return trustee.OpenStore(filepath.Join(cfg.Folder, "trustee.db"), func(salt []byte) (trustee.Wrapper, error) {
		return trustee.NewPassphraseWrapper(passphrase, salt)
	})
}
