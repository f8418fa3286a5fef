// Package server puts the registry together.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/journal/logserver"
	"github.com/pcc-platform/pcc/internal/relations"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/api"
	"github.com/pcc-platform/pcc/services/registry/internal/brokeraccounts"
	"github.com/pcc-platform/pcc/services/registry/internal/events"
	"github.com/pcc-platform/pcc/services/registry/internal/ingestclient"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/recallsearch"
	"github.com/pcc-platform/pcc/services/registry/internal/revocation"
	"github.com/pcc-platform/pcc/services/registry/internal/settlementclient"
	"github.com/pcc-platform/pcc/services/registry/internal/vaultclient"
)

// Config is the registry's configuration.
type Config struct {
	app.ServiceConfig `yaml:",inline"`
	// KetoWriteURL is the URL of Keto's write API, for example "http://127.0.0.1:4467".
	KetoWriteURL string `yaml:"keto_write_url"`
	// NATSAccountsDir is the folder with the keys of the broker's operator (internal/natsaccounts).
	NATSAccountsDir string           `yaml:"nats_accounts_dir"`
	Log             logserver.Config `yaml:"log"`
}

// New wires the registry and starts nothing.
func New(ctx context.Context, cfg Config, p *app.Process) (app.Runner, error) {
	if cfg.KetoWriteURL == "" || cfg.NATSAccountsDir == "" {
		return nil, errors.New("registry: keto_write_url and nats_accounts_dir are required")
	}
	base, err := app.NewBase(ctx, "registry", cfg.ServiceConfig, p)
	if err != nil {
		return nil, err
	}
	others, err := dial(base, "vault", "ingest", "settlement")
	if err != nil {
		return nil, err
	}
	accounts, err := brokeraccounts.Open(cfg.NATSAccountsDir, cfg.NATS.URL)
	if err != nil {
		return nil, err
	}

	logs, err := logserver.New(base.Pool, cfg.Log)
	if err != nil {
		return nil, fmt.Errorf("registry: log: %w", err)
	}
	store := postgres.NewStore(base.Pool)
	vault := vaultclient.New(others["vault"])
	rules := registry.New(vault, time.Now)
	seller := registry.NewReports[*ingestv1.Event, *ingestv1.OdometerVerdict, *settlementv1.Read](
		store, ingestclient.New(others["ingest"]), settlementclient.New(others["settlement"]), time.Now)
	registryv1.RegisterPassportServiceServer(base.Server, &api.Passports{Rules: rules, Store: store})
	registryv1.RegisterRecallServiceServer(base.Server, &api.Recalls{Rules: rules, Store: store, Vault: vault})
	registryv1.RegisterReportServiceServer(base.Server, &api.Reports{Seller: seller})
	registryv1.RegisterMemberServiceServer(base.Server, &api.Members{Rules: rules, Store: store})
	registryv1.RegisterRoleServiceServer(base.Server, &api.Roles{Rules: rules, Store: store})
	registryv1.RegisterPurgeServiceServer(base.Server, &api.Purges{Store: store, Now: time.Now})
	journalv1.RegisterLogServiceServer(base.Server, logs)
	registryv1.RegisterDeviceServiceServer(base.Server, &api.Devices{Rules: rules, Store: store, Accounts: accounts, Now: time.Now})

	search := &recallsearch.Search{Store: store, Vault: vault, Logger: base.Logger}
	comparison := &recallsearch.Comparison{Store: store, Vault: vault, Logger: base.Logger}
	reminder := remind(rules, store, accounts, base.Logger)
	admission := events.Admission{Pool: base.Pool, JS: base.JS, Logger: base.Logger, Complete: postgres.CompleteStep}
	roles := events.Roles{
		Admission: admission, Writer: relations.NewWriter("http://"+cfg.KetoReadAddress, cfg.KetoWriteURL), Grants: postgres.LockedRoleGrants,
	}
	return app.RunnerFunc(func(ctx context.Context) error {
		defer accounts.Close()
		return base.Run(ctx, store, base.Relay(), search, comparison, reminder, roles.Admitted(), roles.Changed(), admission.MessagingAccount(accounts),
			admission.SettlementAccounts(), admission.ChainDirectory())
	}), nil
}

// remind keeps the broker from forgetting which device tokens are withdrawn.
func remind(rules *registry.Service, store *postgres.Store, accounts *brokeraccounts.Creator, logger *slog.Logger) *revocation.Reminder {
	return &revocation.Reminder{
		Members: func(ctx context.Context) ([]string, error) {
			return store.MembersWithRevocations(ctx, time.Now())
		},
		Tell: func(ctx context.Context, member string) error {
			return store.InTx(ctx, func(tx postgres.Tx) error { return rules.RemindOfRevocations(ctx, tx, accounts, member) })
		},
		Logger: logger,
	}
}

// dial connects to other services, by name.
func dial(base *app.Base, services ...string) (map[string]*grpc.ClientConn, error) {
	conns := make(map[string]*grpc.ClientConn, len(services))
	for _, s := range services {
		conn, err := base.Dial(s)
		if err != nil {
			return nil, err
		}
		conns[s] = conn
	}
	return conns, nil
}
