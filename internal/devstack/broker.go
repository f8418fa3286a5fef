package devstack

import (
	"context"

	"github.com/pcc-platform/pcc/internal/devstack/nats"
	"github.com/pcc-platform/pcc/internal/natsaccounts"
)

// platformUser is the services' user of the platform's account, adminUser the registry's of the system account.
const (
	platformUser = "services"
	adminUser    = "admission"
)

// startNATS runs the broker with the accounts of the platform and of the system; members' accounts come with admission.
func (s *Stack) startNATS(ctx context.Context) error {
	port, err := s.ports.Get("nats")
	if err != nil {
		return err
	}
	authority, err := natsaccounts.Open(s.accountsDir())
	if err != nil {
		return err
	}
	system, err := authority.SystemAccount()
	if err != nil {
		return err
	}
	platform, err := authority.Account(natsaccounts.Platform, natsaccounts.PlatformLimits())
	if err != nil {
		return err
	}
	for account, user := range map[string]string{natsaccounts.Platform: platformUser, natsaccounts.System: adminUser} {
		if _, err := authority.Credentials(account, user, natsaccounts.Permissions{}); err != nil {
			return err
		}
	}
	cfg := nats.Config{
		Dir: s.path("nats", "store"), Port: port, OperatorJWT: authority.OperatorJWT(),
		SystemAccount: system.ID, AccountJWTs: []string{system.JWT, platform.JWT},
	}
	path := s.path("nats", "server.json")
	if err := nats.WriteConfig(path, cfg); err != nil {
		return err
	}
	return s.supervisor.Start(ctx, nats.Spec(s.Bin("pcc"), []string{"nats-server", path}, cfg))
}

func (s *Stack) accountsDir() string { return s.path("nats", "accounts") }
