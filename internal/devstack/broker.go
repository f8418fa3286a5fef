package devstack

import (
	"context"

	"github.com/pcc-platform/pcc/internal/devstack/nats"
	"github.com/pcc-platform/pcc/internal/natsaccounts"
	"github.com/pcc-platform/pcc/internal/pki"
)

// brokerName is in the broker's certificate.
const brokerName = "nats"

// startNATS runs the broker with the accounts of the platform and of the system; members' accounts come with admission.
func (s *Stack) startNATS(ctx context.Context) error {
	port, err := s.ports.Get("nats")
	if err != nil {
		return err
	}
	mqtt, err := s.mqttConfig()
	if err != nil {
		return err
	}
	authority, err := natsaccounts.Open(s.accountsDir())
	if err != nil {
		return err
	}
	accounts, err := authority.Bootstrap()
	if err != nil {
		return err
	}
	s.brokerCredentials = accounts.ServicesCredentials
	cfg := nats.Config{
		Dir: s.path("nats", "store"), Port: port, OperatorJWT: accounts.OperatorJWT,
		SystemAccount: accounts.System.ID, AccountJWTs: []string{accounts.System.JWT, accounts.Platform.JWT}, MQTT: &mqtt,
	}
	path := s.path("nats", "server.json")
	if err := nats.WriteConfig(path, cfg); err != nil {
		return err
	}
	return s.supervisor.Start(ctx, nats.Spec(s.Bin("pcc"), []string{"nats-server", path}, cfg))
}

// mqttConfig is where cars and dongles connect.
func (s *Stack) mqttConfig() (nats.MQTT, error) {
	port, err := s.ports.Get("mqtt")
	files := pki.FilesIn(s.pki(), brokerName)
	return nats.MQTT{Port: port, CertificateFile: files.Certificate, KeyFile: files.Key}, err
}

func (s *Stack) accountsDir() string { return s.path("nats", "accounts") }
