// Package server puts the ingest service together.
package server

import (
	"context"
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/journal/logserver"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/alerting"
	"github.com/pcc-platform/pcc/services/ingest/internal/api"
	"github.com/pcc-platform/pcc/services/ingest/internal/cloudevent"
	"github.com/pcc-platform/pcc/services/ingest/internal/events"
	"github.com/pcc-platform/pcc/services/ingest/internal/metrics"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
	"github.com/pcc-platform/pcc/services/ingest/internal/queue"
	"github.com/pcc-platform/pcc/services/ingest/internal/registryclient"
	"github.com/pcc-platform/pcc/services/ingest/quality"
	"github.com/pcc-platform/pcc/signing"
)

const name = "ingest"

// Config configures the service.
type Config struct {
	app.ServiceConfig `yaml:",inline"`
	Queue             Queue            `yaml:"queue"`
	Log               logserver.Config `yaml:"log"`
}

// Queue bounds what waits to be written. A publish beyond either bound is refused with QUEUE_FULL.
type Queue struct {
	// MaxMessages bounds the messages, of up to 1000 events each; 0 means 100,000.
	MaxMessages int64 `yaml:"max_messages"`
	// MaxBytes bounds their bytes on the broker's disk, which reserves them; 0 means 1 GiB.
	MaxBytes int64 `yaml:"max_bytes"`
}

// Server is the service, ready to run.
type Server struct {
	base     *app.Base
	members  *app.Directory
	handlers *api.IngestService
	watches  *api.AlertService
	runners  []app.Runner
}

// New wires the service. It starts nothing; Run does.
func New(ctx context.Context, cfg Config, p *app.Process) (app.Runner, error) {
	base, err := app.NewBase(ctx, name, cfg.ServiceConfig, p)
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	registry, err := base.Dial("registry")
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	decoder, err := cloudevent.NewDecoder()
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	logs, err := logserver.New(base.Pool, cfg.Log)
	if err != nil {
		return nil, fmt.Errorf("ingest: log: %w", err)
	}
	promise, err := receipts(cfg.Log)
	if err != nil {
		return nil, fmt.Errorf("ingest: log: %w", err)
	}
	batches := queue.New(base.JS, queue.Limits{Messages: cfg.Queue.MaxMessages, Bytes: cfg.Queue.MaxBytes})
	meter, err := metrics.New(batches.Pending)
	if err != nil {
		return nil, fmt.Errorf("ingest: metrics: %w", err)
	}
	store := postgres.NewStore(base.Pool, base.Reader)
	directory := registryclient.New(registry, base.Logger)
	service := ingest.New(ingest.Ports{
		Queue: batches, Store: store, Registry: directory, Meter: meter,
		Decode: decoder.DecodeBytes, Promise: promise, Now: time.Now,
		Appraiser: &ingest.Appraiser{Quality: quality.DefaultPolicy(), Odometer: adjudication.DefaultPolicy(), Evidence: decoder.Evidence},
	})
	handlers := api.NewIngestService(service, store, decoder, api.IdleTimeout)
	ingestv1.RegisterIngestServiceServer(base.Server, handlers)
	ingestv1.RegisterSourceKeyServiceServer(base.Server, api.NewSourceKeyService(service, store))
	watches := api.NewAlertService(store, store, api.DefaultWatchLimits())
	ingestv1.RegisterAlertServiceServer(base.Server, watches)
	ingestv1.RegisterJournalServiceServer(base.Server, api.NewJournalService(service, store))
	purger := &ingest.Purger{Letters: store, Queue: batches, Logger: base.Logger, Now: time.Now}
	ingestv1.RegisterPurgeServiceServer(base.Server, &api.PurgeService{Purger: purger})
	journalv1.RegisterLogServiceServer(base.Server, logs)
	keeper := &alerting.Keeper{
		Policy: alert.DefaultPolicy(), Odometer: adjudication.DefaultPolicy(),
		Publish: events.PublishAlert, Recalled: events.PublishRecalled, Now: time.Now,
	}
	return &Server{
		base: base, members: app.NewDirectory(registry), handlers: handlers, watches: watches,
		runners: []app.Runner{
			&queue.Writer{Queue: batches, Sink: service, Logger: base.Logger},
			directory,
			events.PassportEnrolled(base.Pool, base.JS, base.Logger),
			events.PassportTransitioned(base.Pool, base.JS, base.Logger, keeper),
			events.RecallAnnounced(base.Pool, base.JS, base.Logger),
			events.RecallMatched(base.Pool, base.JS, base.Logger, keeper),
			events.RecallFound(base.Pool, base.JS, base.Logger, events.Acceptance{Decode: decoder.Decode, Accept: service.Accept}),
			&alerting.Follower{Pool: base.Pool, Keeper: keeper, Logger: base.Logger},
			base.Relay(),
			purger,
		},
	}, nil
}

// receipts returns what signs receipts, nil without a key for logs.
func receipts(log logserver.Config) (func(signing.Receipt) ([]byte, error), error) {
	key, err := log.Signer()
	if err != nil || key == nil {
		return nil, err
	}
	signer, err := signing.NewReceiptSigner(key.Key())
	if err != nil {
		return nil, err
	}
	return signer.Sign, nil
}

// Run serves until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		s.handlers.CloseStreams()
		s.watches.CloseStreams()
	})
	defer stop()
	return s.base.Run(ctx, s.members, s.runners...)
}
