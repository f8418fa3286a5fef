package devstack

import (
	"errors"
	"fmt"
	"os"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/devstack/proc"
	"github.com/pcc-platform/pcc/internal/relations"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/daemon"
	anchor "github.com/pcc-platform/pcc/services/anchor/server"
)

// witnessPrincipal is the name of the principal with which a member's witness reads the platform.
const witnessPrincipal = "witness"

// indexLog is the name of the log of epoch records among those of the log key.
const indexLog = "index"

// WitnessConfigFile configures the witness of a development member.
func (l Layout) WitnessConfigFile(member string) string { return l.configFile(witnessProcess(member)) }

func witnessProcess(member string) string { return "witness-" + member }

// WitnessProfile is the name of the profile of a member's witness.
func WitnessProfile(member string) string { return member + "-" + witnessPrincipal }

// witnessRelations let the witnesses read what is for all members, and nothing else.
func witnessRelations() (all []relations.Relation) {
	for _, m := range DevMembers() {
		all = append(all, relations.Relation{
			Namespace: "Consortium", Object: "pcc", Name: "participants", Subject: m.ID + "/" + witnessPrincipal,
		})
	}
	return all
}

// IndexLog is the log of epoch records.
func (l Layout) IndexLog() (checkpoint.Log, error) {
	index, err := l.indexSigner()
	if err != nil {
		return checkpoint.Log{}, err
	}
	return checkpoint.NewLog(index.Name(), index.VerifierKey())
}

func (l Layout) indexSigner() (*checkpoint.LogSigner, error) {
	signer, err := checkpoint.ReadLogKey(l.LogKeyFile())
	if err != nil {
		return nil, err
	}
	return signer.For(indexLog)
}

// WitnessKey is the verifier key of a member's witness.
func (l Layout) WitnessKey(member string) (string, error) {
	cosigner, err := checkpoint.ReadWitnessKey(l.witnessFolder(member).KeyFile())
	if err != nil {
		return "", err
	}
	return cosigner.Verifier().String(), nil
}

func (l Layout) witnessFolder(member string) daemon.Config {
	return daemon.Config{Folder: l.path("witnesses", member)}
}

// writeWitnesses makes the folder, the key and the configuration of each member's witness.
func (s *Stack) writeWitnesses() error {
	index, err := s.indexSigner()
	if err != nil {
		return err
	}
	for _, m := range DevMembers() {
		cfg, err := s.witnessConfig(m, index.VerifierKey())
		if err != nil {
			return err
		}
		if err := os.MkdirAll(cfg.Folder, 0o700); err != nil {
			return fmt.Errorf("devstack: %w", err)
		}
		if _, err := checkpoint.CreateWitnessKey(cfg.KeyFile(), witnessProcess(m.ID)+".localhost"); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
		if err := s.writeConfig(witnessProcess(m.ID), cfg); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stack) witnessConfig(m DevMember, indexKey string) (daemon.Config, error) {
	cfg := s.witnessFolder(m.ID)
	admin, err := s.adminAddress(witnessProcess(m.ID))
	if err != nil {
		return cfg, err
	}
	addresses, err := s.witnessAddresses()
	if err != nil {
		return cfg, err
	}
	cfg.Process = app.ProcessConfig{AdminAddress: admin}
	cfg.Listen, cfg.LogKey, cfg.ProfileFile = addresses[m.ID], indexKey, s.ProfileFile(WitnessProfile(m.ID))
	for _, other := range DevMembers() {
		if other.ID != m.ID {
			cfg.Peers = append(cfg.Peers, "http://"+addresses[other.ID])
		}
	}
	cfg.Ledger, err = s.ledgerConfig(m.ID)
	return cfg, err
}

// witnessAddresses are where the witnesses answer, by member.
func (s *Stack) witnessAddresses() (map[string]string, error) {
	out := map[string]string{}
	for _, m := range DevMembers() {
		port, err := s.ports.Get(witnessProcess(m.ID))
		if err != nil {
			return nil, err
		}
		out[m.ID] = Loopback(port)
	}
	return out, nil
}

// anchorWitnesses are the witnesses as the anchor asks them.
func (s *Stack) anchorWitnesses() (all []anchor.Witness, err error) {
	addresses, err := s.witnessAddresses()
	if err != nil {
		return nil, err
	}
	for _, m := range DevMembers() {
		key, err := s.WitnessKey(m.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, anchor.Witness{Name: m.ID, URL: "http://" + addresses[m.ID], Key: key})
	}
	return all, nil
}

// witnessSpec runs a member's witness, a process of its own as at the member.
func (s *Stack) witnessSpec(m DevMember) (proc.Spec, error) {
	name := witnessProcess(m.ID)
	admin, err := s.adminAddress(name)
	return proc.Spec{
		Name: name, Dir: s.State, Restart: true, Ready: readyProbe("http://" + admin + "/readyz"), ReadyTimeout: readyTimeout,
		Path: s.Bin("pcc"), Args: []string{"witness", "run", "--config", s.WitnessConfigFile(m.ID)},
	}, err
}
