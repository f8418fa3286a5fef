// Package server puts the anchor service together and runs it.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	"github.com/pcc-platform/pcc/internal/journal/logserver"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/export"
	"github.com/pcc-platform/pcc/services/anchor/internal/api"
	"github.com/pcc-platform/pcc/services/anchor/internal/cosigners"
	"github.com/pcc-platform/pcc/services/anchor/internal/events"
	"github.com/pcc-platform/pcc/services/anchor/internal/fabric"
	"github.com/pcc-platform/pcc/services/anchor/internal/ingestclient"
	"github.com/pcc-platform/pcc/services/anchor/internal/journalclient"
	"github.com/pcc-platform/pcc/services/anchor/internal/postgres"
	"github.com/pcc-platform/pcc/services/anchor/internal/settlementclient"
	"github.com/pcc-platform/pcc/verify/eventview"
)

// Name is the service's name: of its certificate, schema and address.
const Name = "anchor"

// New wires the service. It starts nothing.
func New(ctx context.Context, cfg Config, p *app.Process) (_ app.Runner, err error) {
	interval, err := cfg.interval()
	if err != nil {
		return nil, err
	}
	if cfg.Database.URLFile == "" || cfg.NATS.URL == "" || cfg.Log.KeyFile == "" {
		return nil, errors.New("anchor: database.url_file, nats.url and log.key_file are required")
	}
	ledger, err := connectLedger(cfg.Fabric)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ledger.Close())
		}
	}()
	base, err := app.NewBase(ctx, Name, cfg.ServiceConfig, p)
	if err != nil {
		return nil, err
	}
	peers, err := dial(base)
	if err != nil {
		return nil, err
	}
	metrics, err := anchor.NewMetrics(otel.Meter("pcc/anchor"), time.Now)
	if err != nil {
		return nil, fmt.Errorf("anchor: metrics: %w", err)
	}

	store := postgres.New(base.Pool)
	heads := anchor.NewHeads(store)
	logs, err := logserver.New(base.Pool, cfg.Log)
	if err != nil {
		return nil, fmt.Errorf("anchor: log: %w", err)
	}
	witnesses, err := cosigners.New(cosigners.Options{
		LogKeyFile: cfg.Log.KeyFile, Witnesses: cfg.witnesses(), Prove: store.ProveIndex, HTTP: &http.Client{},
	})
	if err != nil {
		return nil, fmt.Errorf("anchor: %w", err)
	}
	journalv1.RegisterLogServiceServer(base.Server, logs)
	anchorv1.RegisterAnchorServiceServer(base.Server, api.New(
		anchor.Service{Store: store, Ledger: ledger},
		export.Exporter{Store: store, Heads: heads, Journal: peers.journal, Reads: peers.reads, Decode: eventview.Decode, Now: time.Now},
	))
	anchorer := &anchor.Anchorer{
		Store: store, Journal: peers.journal, Cosigners: witnesses, Ledger: ledger, Heads: heads,
		Interval: interval, Now: time.Now, Logger: base.Logger, Metrics: metrics,
	}
	admissions := events.MemberAdmitted(base.Pool, base.JS, base.Logger, anchor.Registrar{Ledger: ledger})

	return app.RunnerFunc(func(ctx context.Context) error {
		defer func() {
			if err := ledger.Close(); err != nil {
				base.Logger.WarnContext(ctx, "ledger connection not closed", slog.String("error", err.Error()))
			}
		}()
		return base.Run(ctx, peers.directory, asService(anchorer), base.Relay(), admissions)
	}), nil
}

func connectLedger(cfg fabricgw.Settings) (*fabric.Ledger, error) {
	gateway, err := cfg.Config()
	if err != nil {
		return nil, fmt.Errorf("anchor: fabric: %w", err)
	}
	return fabric.Connect(gateway)
}

// peers are the services that this one asks.
type peers struct {
	directory *app.Directory
	journal   *ingestclient.Journal
	reads     *settlementclient.Reads
}

func dial(base *app.Base) (peers, error) {
	registry, err := base.Dial("registry")
	if err != nil {
		return peers{}, err
	}
	ingest, err := base.Dial("ingest")
	if err != nil {
		return peers{}, err
	}
	settlement, err := base.Dial("settlement")
	if err != nil {
		return peers{}, err
	}
	logs := journalclient.New(map[string]grpc.ClientConnInterface{"registry": registry, "ingest": ingest, "settlement": settlement})
	return peers{app.NewDirectory(registry), ingestclient.New(ingest, logs), settlementclient.New(settlement)}, nil
}

// asService runs r with this service as the principal that audit rows name.
func asService(r app.Runner) app.Runner {
	return app.RunnerFunc(func(ctx context.Context) error {
		return r.Run(authn.WithPrincipal(ctx, authn.Principal{Name: Name}))
	})
}
