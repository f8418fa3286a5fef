package devstack

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pcc-platform/pcc/internal/accesskey"
	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/trustee/daemon"
)

// Trustees of the development stack need not wait for anybody far away.
const (
	trusteePatience = 10 * time.Second
	trusteePoll     = time.Second
	passphraseBytes = 16
)

// DevTrustee is a trustee of a development member.
type DevTrustee struct{ ID, Member string }

// DevTrustees are five trustees of three members. Three of them open.
func DevTrustees() []DevTrustee {
	return []DevTrustee{
		{"garage-1", "garage"}, {"insurer-1", "insurer"}, {"insurer-2", "insurer"}, {"oem-1", "oem"}, {"oem-2", "oem"},
	}
}

// DevThreshold is how many of DevTrustees open.
const DevThreshold = 3

// AccessKeyFile is the access key of a development member; see internal/accesskey.
func (l Layout) AccessKeyFile(member string) string { return l.secretFile("access-" + member + ".key") }

func (l Layout) trusteeConfigFile(id string) string { return l.configFile(trusteeProcess(id)) }

func trusteeProcess(id string) string { return "trustee-" + id }

// writeTrustees makes the members' access keys and the folder, the passphrase and the configuration of each trustee.
func (s *Stack) writeTrustees() error {
	for _, m := range DevMembers() {
		if _, err := accesskey.Create(s.AccessKeyFile(m.ID)); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	for _, t := range DevTrustees() {
		cfg, err := s.trusteeConfig(t)
		if err != nil {
			return err
		}
		if err := createPassphrase(cfg.PassphraseFile); err != nil {
			return err
		}
		if err := daemon.Init(cfg); err != nil {
			return err
		}
		if err := s.writeConfig(trusteeProcess(t.ID), cfg); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stack) trusteeConfig(t DevTrustee) (cfg daemon.Config, err error) {
	name := trusteeProcess(t.ID)
	port, err := s.ports.Get(name)
	if err != nil {
		return cfg, err
	}
	cfg = daemon.Config{
		ID: t.ID, Member: t.Member, Folder: s.path("trustees", t.ID), PassphraseFile: s.secretFile(name + ".passphrase"),
		Listen: Loopback(port), PlatformCAFile: s.authorityFile(), Patience: trusteePatience, Poll: trusteePoll, Register: true,
	}
	admin, err := s.adminAddress(name)
	if err != nil {
		return cfg, err
	}
	cfg.Process = app.ProcessConfig{AdminAddress: admin}
	cfg.Ledger, err = s.ledgerConfig(t.Member)
	return cfg, err
}

// createPassphrase writes a random passphrase, unless one is there.
func createPassphrase(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	raw := make([]byte, passphraseBytes)
	if _, err := rand.Read(raw); err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	return os.WriteFile(path, []byte(hex.EncodeToString(raw)+"\n"), 0o600)
}

// trusteeSpec runs a trustee, a process of its own as at the member.
func (s *Stack) trusteeSpec(t DevTrustee) (proc.Spec, error) {
	name := trusteeProcess(t.ID)
	admin, err := s.adminAddress(name)
	return proc.Spec{
		Name: name, Dir: s.State, Restart: true, Ready: readyProbe("http://" + admin + "/readyz"), ReadyTimeout: readyTimeout,
		Path: s.Bin("pcc"), Args: []string{"trustee", "run", "--config", s.trusteeConfigFile(t.ID)},
	}, err
}
