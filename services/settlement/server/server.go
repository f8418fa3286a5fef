// Package server puts the settlement service together and runs it.
package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/journal/logserver"
	"github.com/pcc-platform/pcc/internal/journal/outbox"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/api"
	"github.com/pcc-platform/pcc/services/settlement/internal/events"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement/internal/telemetry"
)

// Name is the service's name: of its certificate, schema and address.
const Name = "settlement"

// Config configures the service. It needs the broker and both database roles.
type Config struct {
	app.ServiceConfig `yaml:",inline"`
	// HoldTimeout is how long a read may be held before its price is given back, for example "15m", which is the default.
	HoldTimeout time.Duration `yaml:"hold_timeout"`
	// SweepInterval is the time between two searches for such reads; "1m" by default.
	SweepInterval time.Duration `yaml:"sweep_interval"`
	// Bank is the consortium's account in euro. Without it, statements are not taken and payouts not exported.
	Bank BankConfig `yaml:"bank"`
	// PegInterval is the time between two comparisons of ledger and bank; "30s" by default.
	PegInterval time.Duration `yaml:"peg_interval"`
	// ClawbackInterval is the time between two searches for reads to divide anew; "5s" by default.
	ClawbackInterval time.Duration    `yaml:"clawback_interval"`
	Log              logserver.Config `yaml:"log"`
}

const (
	defaultHoldTimeout      = 15 * time.Minute
	defaultSweepInterval    = time.Minute
	defaultPegInterval      = 30 * time.Second
	defaultClawbackInterval = 5 * time.Second
)

func (c Config) validate() error {
	switch {
	case c.Database.URLFile == "" || c.Database.ReaderURLFile == "":
		return errors.New("settlement: database.url_file and database.reader_url_file are required")
	case c.NATS.URL == "":
		return errors.New("settlement: nats.url is required")
	case min(c.HoldTimeout, c.SweepInterval, c.PegInterval, c.ClawbackInterval) < 0:
		return errors.New("settlement: hold_timeout, sweep_interval, peg_interval and clawback_interval are not negative")
	}
	return nil
}

// New wires the service. It starts nothing.
func New(ctx context.Context, cfg Config, p *app.Process) (app.Runner, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	account, err := cfg.Bank.account()
	if err != nil {
		return nil, err
	}
	base, err := app.NewBase(ctx, Name, cfg.ServiceConfig, p)
	if err != nil {
		return nil, err
	}
	registry, err := base.Dial("registry")
	if err != nil {
		return nil, err
	}
	metrics, err := telemetry.NewMetrics()
	if err != nil {
		return nil, err
	}

	logs, err := logserver.New(base.Pool, cfg.Log)
	if err != nil {
		return nil, fmt.Errorf("settlement: log: %w", err)
	}
	store := postgres.NewStore(base.Pool, base.Reader, events.PublishMemberAccountsOpened)
	writer := settlement.NewWriter(store, metrics, time.Now)
	ledger := settlement.NewService(store, writer, metrics, settlement.CurrentSplitPolicy(), account.Limit, time.Now)
	bank := settlement.NewBank(store, metrics, account, time.Now)
	clawbacks := settlement.NewClawbacks(store, metrics, time.Now)
	closer := settlement.NewCloser(store, metrics)
	settlementv1.RegisterSettlementServiceServer(base.Server, api.NewServer(ledger))
	settlementv1.RegisterPayoutServiceServer(base.Server, &api.Payouts{Bank: bank})
	transfers := settlement.NewLedger(store, writer, metrics, time.Now)
	settlementv1.RegisterLedgerServiceServer(base.Server, &api.Ledger{Ledger: transfers})
	settlementv1.RegisterCreditServiceServer(base.Server, &api.Credit{Credits: settlement.NewCredits(store, writer, time.Now)})
	settlementv1.RegisterPriceServiceServer(base.Server, &api.Prices{List: settlement.NewPriceList(store, time.Now)})
	settlementv1.RegisterStandingPayoutServiceServer(base.Server, &api.StandingPayouts{Bank: bank})
	settlementv1.RegisterBankServiceServer(base.Server, &api.Bank{Bank: bank})
	settlementv1.RegisterCycleServiceServer(base.Server, &api.Cycles{Closer: closer})
	settlementv1.RegisterStatementServiceServer(base.Server, &api.Statements{Statements: settlement.NewStatements(store), Closer: closer})
	journalv1.RegisterLogServiceServer(base.Server, logs)

	sweep := &sweeper{
		ledger: ledger, transfers: transfers, logger: base.Logger,
		timeout: orDefault(cfg.HoldTimeout, defaultHoldTimeout), interval: orDefault(cfg.SweepInterval, defaultSweepInterval),
	}
	peg := &pegWatch{bank: bank, logger: base.Logger, interval: orDefault(cfg.PegInterval, defaultPegInterval)}
	divide := &clawbackLoop{clawbacks: clawbacks, logger: base.Logger, interval: orDefault(cfg.ClawbackInterval, defaultClawbackInterval)}
	refutations := events.EventRefuted(base.Pool, base.JS, base.Logger, clawbacks, store)
	closing := &closeLoop{closer: closer, bank: bank, logger: base.Logger}
	admissions := events.MemberAdmitted(base.Pool, base.JS, base.Logger, ledger, store)
	journaling := &outbox.Relay{Pool: base.Pool, Schema: Name, Logger: base.Logger}
	directory := app.NewDirectory(registry)
	return app.RunnerFunc(func(ctx context.Context) error {
		return base.Run(ctx, directory, base.Relay(), journaling, admissions, refutations, sweep, peg, divide, closing)
	}), nil
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
