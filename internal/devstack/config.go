package devstack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	gateway "github.com/pcc-platform/pcc/gateway/server"
	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/confidential/sealer"
	"github.com/pcc-platform/pcc/internal/devissuer"
	"github.com/pcc-platform/pcc/internal/devstack/nats"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/journal/logserver"
	"github.com/pcc-platform/pcc/internal/pki"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/migrations"
	access "github.com/pcc-platform/pcc/services/access/server"
	anchor "github.com/pcc-platform/pcc/services/anchor/server"
	ingest "github.com/pcc-platform/pcc/services/ingest/server"
	registry "github.com/pcc-platform/pcc/services/registry/server"
	settlement "github.com/pcc-platform/pcc/services/settlement/server"
	vault "github.com/pcc-platform/pcc/services/vault/server"
	"github.com/pcc-platform/pcc/verify"
)

// anchorOrg is the organisation whose user submits epochs. It is admitted first.
const anchorOrg = "oem"

// minEndorsements is how many organisations the development trust list demands.
const minEndorsements = 2

// logOrigin is what the origins of the development stack's logs begin with.
const logOrigin = "pcc.localhost/log"

// writeConfigs writes every service's configuration file, and the vault's and the logs' keys when there are none.
func (s *Stack) writeConfigs(ctx context.Context) error {
	common := make(map[string]app.ServiceConfig, len(Services()))
	for _, service := range Services() {
		cfg, err := s.commonConfig(service)
		if err != nil {
			return err
		}
		common[service] = cfg
	}
	keys := s.vaultKeys()
	if err := vault.CreateKeys(ctx, keys); err != nil {
		return err
	}
	if err := errors.Join(s.createLogKey(), s.writeWitnesses(), s.writeTrustees()); err != nil {
		return err
	}
	if _, err := sealer.CreateKey(s.secretFile("gateway-sealing.key")); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	ketoConfig, err := s.ketoConfig()
	if err != nil {
		return err
	}
	ledger, err := s.ledgerConfig(anchorOrg)
	if err != nil {
		return err
	}
	witnesses, err := s.anchorWitnesses()
	if err != nil {
		return err
	}
	broker, err := s.brokerConfig("gateway")
	if err != nil {
		return err
	}
	devices := gateway.Devices{BrokerURL: broker.URL}
	log := logserver.Config{KeyFile: s.LogKeyFile()}
	return errors.Join(
		s.writeConfig("registry", registry.Config{
			ServiceConfig: common["registry"], KetoWriteURL: "http://" + ketoConfig.WriteAddr(), NATSAccountsDir: s.accountsDir(), Log: log,
		}),
		s.writeConfig("vault", vault.Config{ServiceConfig: common["vault"], Keys: keys}),
		s.writeConfig("ingest", ingest.Config{ServiceConfig: common["ingest"], Log: log}),
		s.writeConfig("settlement", settlement.Config{ServiceConfig: common["settlement"], Log: log, Bank: bankAccount()}),
		s.writeConfig("anchor", anchor.Config{
			ServiceConfig: common["anchor"], EpochInterval: s.opts.EpochInterval, Fabric: ledger, Log: log, Witnesses: witnesses,
		}),
		s.writeConfig("access", access.Config{ServiceConfig: common["access"], Fabric: ledger, Recovery: devRecovery()}),
		s.writeConfig("gateway", gateway.Config{
			ServiceConfig: common["gateway"], Devices: devices, Sealing: gateway.Sealing{KeyFile: s.secretFile("gateway-sealing.key")},
		}),
	)
}

// devRecovery lets any two of the development members recover policies: there is no authority among them.
func devRecovery() string {
	var members []string
	for _, m := range DevMembers() {
		members = append(members, "member:"+m.ID)
	}
	return "2 of (" + strings.Join(members, ", ") + ")"
}

// bankAccount is an account for trying out, with the example numbers that banks print.
func bankAccount() settlement.BankConfig {
	return settlement.BankConfig{Name: "PCC Consortium", IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX"}
}

// vaultKeys are the vault's key files.
func (s *Stack) vaultKeys() vault.KeysConfig {
	return vault.KeysConfig{
		TagKeyFile: s.secretFile("vault-tag.key"), WrappingKeyFile: s.secretFile("vault-wrapping.key"),
		DataKeysetFile: s.secretFile("vault-data.keyset"), HashKeysetFile: s.secretFile("vault-hash.keyset"),
		KeyTreeFile: s.secretFile("vault-key.tree"), CertificateKeyFile: s.secretFile("vault-certificate.key"),
	}
}

// createLogKey makes the key that signs the checkpoints of public logs, unless it is there.
func (s *Stack) createLogKey() error {
	if _, err := checkpoint.CreateLogKey(s.LogKeyFile(), logOrigin); !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}

func (s *Stack) writeConfig(service string, cfg any) error {
	raw, err := yaml.Marshal(cfg)
	if err != nil {
		return fmt.Errorf("devstack: config of %s: %w", service, err)
	}
	return os.WriteFile(s.configFile(service), raw, 0o600)
}

// commonConfig is what a service has like every other.
func (s *Stack) commonConfig(service string) (cfg app.ServiceConfig, err error) {
	port, err := s.ports.Get(service)
	if err != nil {
		return cfg, err
	}
	cfg.Listen = Loopback(port)
	if cfg.Process.AdminAddress, err = s.adminAddress(service); err != nil {
		return cfg, err
	}
	if cfg.Services, err = s.addresses(); err != nil {
		return cfg, err
	}
	files := pki.FilesIn(s.pki(), service)
	cfg.TLS = app.TLS{CAFile: s.authorityFile(), CertificateFile: files.Certificate, KeyFile: files.Key}
	issuer, err := s.ports.Get("issuer")
	if err != nil {
		return cfg, err
	}
	url := "http://" + Loopback(issuer)
	cfg.Issuers = []authn.Issuer{{URL: url, JWKSURL: url + "/keys", Audience: devissuer.Audience}}
	if !slices.Contains(migrations.Services(), service) {
		return cfg, nil // the gateway keeps nothing and decides nothing
	}
	ketoConfig, err := s.ketoConfig()
	if err != nil {
		return cfg, err
	}
	cfg.KetoReadAddress = ketoConfig.ReadAddr()
	cfg.Database.URLFile = s.urlFile(service)
	if slices.Contains(migrations.Readers(), service) {
		cfg.Database.ReaderURLFile = s.urlFile(migrations.ReaderRole(service))
	}
	cfg.NATS, err = s.brokerConfig(service)
	return cfg, err
}

// brokerConfig gives every service but the vault and access the platform's account: those publish nothing.
func (s *Stack) brokerConfig(service string) (app.NATS, error) {
	if service == "vault" || service == "access" {
		return app.NATS{}, nil
	}
	port, err := s.ports.Get("nats")
	if err != nil {
		return app.NATS{}, err
	}
	return app.NATS{URL: nats.URL(nats.Config{Port: port}), CredentialsFile: s.brokerCredentials}, nil
}

func (s *Stack) authorityFile() string { return pki.FilesIn(s.pki(), "ca").Certificate }

// ledgerConfig is an organisation's own peer, and its user there.
func (s *Stack) ledgerConfig(organisation string) (fabricgw.Settings, error) {
	org, ok := s.network.Org(organisation)
	if !ok {
		return fabricgw.Settings{}, fmt.Errorf("devstack: the network has no organisation %s", organisation)
	}
	return fabricgw.Settings{
		Endpoint: org.PeerEndpoint, TLSCAFile: org.PeerTLSRootFile, MSPID: org.MSPID,
		CertificateFile: org.UserCertFile, KeyFile: org.UserKeyFile, Channel: s.network.Channel, Chaincode: s.network.Chaincode,
	}, nil
}

// writeTrustList writes whom a reader of this network's proofs believes: its organisations' own authorities, the log of its
// epochs and the vault's tag key.
func (s *Stack) writeTrustList() error {
	index, err := s.indexSigner()
	if err != nil {
		return fmt.Errorf("devstack: trust list: %w", err)
	}
	witnesses, err := s.anchorWitnesses()
	if err != nil {
		return fmt.Errorf("devstack: trust list: %w", err)
	}
	trust := verify.Trust{
		Channel: s.network.Channel, Chaincode: s.network.Chaincode, MinEndorsements: minEndorsements, Log: index.VerifierKey(),
		MinCosignatures: len(witnesses)/2 + 1,
	}
	for _, w := range witnesses {
		trust.Witnesses = append(trust.Witnesses, w.Key)
	}
	if trust.TagKey, err = s.vaultKeys().PublicTagKey(); err != nil {
		return fmt.Errorf("devstack: trust list: %w", err)
	}
	for _, org := range s.network.Orgs {
		root, err := os.ReadFile(org.MSPRootFile)
		if err != nil {
			return fmt.Errorf("devstack: trust list: %w", err)
		}
		trust.MSPs = append(trust.MSPs, verify.MSP{ID: org.MSPID, RootCertificates: []string{string(root)}})
	}
	raw, err := json.MarshalIndent(trust, "", "  ")
	if err != nil {
		return fmt.Errorf("devstack: trust list: %w", err)
	}
	return os.WriteFile(s.TrustFile(), raw, 0o600)
}

// info describes the running stack.
func (s *Stack) info() (Info, error) {
	info := Info{
		Admin: map[string]string{}, Topology: s.opts.Topology, Shape: s.opts.Shape,
		Channel: s.network.Channel, Chaincode: s.network.Chaincode, Orgs: s.network.Orgs, Witnesses: map[string]string{},
	}
	witnesses, err := s.witnessAddresses()
	if err != nil {
		return info, err
	}
	for member, address := range witnesses {
		info.Witnesses[member] = "http://" + address
	}
	if info.Services, err = s.addresses(); err != nil {
		return info, err
	}
	for _, process := range s.processes() {
		if info.Admin[process], err = s.adminAddress(process); err != nil {
			return info, err
		}
	}
	mqtt, err := s.mqttConfig()
	if err != nil {
		return info, err
	}
	info.MQTT = nats.MQTTURL(mqtt)
	for name, into := range map[string]*string{"gateway": &info.Gateway, "issuer": &info.Issuer, "nats": &info.NATS} {
		port, err := s.ports.Get(name)
		if err != nil {
			return info, err
		}
		scheme := map[string]string{"gateway": "https://", "issuer": "http://", "nats": "nats://"}[name]
		*into = scheme + Loopback(port)
	}
	return info, nil
}
