// Package server puts the vault together and runs it.
package server

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/pcc-platform/pcc/internal/app"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/api"
	"github.com/pcc-platform/pcc/services/vault/internal/portrait"
	"github.com/pcc-platform/pcc/services/vault/internal/postgres"
	"github.com/pcc-platform/pcc/services/vault/internal/purge"
)

// Name is the service's name: of its certificate, schema, database and address.
const Name = "vault"

// Config configures the vault. It needs both database roles and no broker.
type Config struct {
	app.ServiceConfig `yaml:",inline"`
	Keys              KeysConfig `yaml:"keys"`
}

// New wires the vault. It starts nothing.
func New(ctx context.Context, cfg Config, p *app.Process) (app.Runner, error) {
	if cfg.Database.URLFile == "" || cfg.Database.ReaderURLFile == "" {
		return nil, errors.New("vault: database.url_file and database.reader_url_file are required")
	}
	base, err := app.NewBase(ctx, Name, cfg.ServiceConfig, p)
	if err != nil {
		return nil, err
	}
	keys, err := cfg.Keys.open(ctx, base.Certificate())
	if err != nil {
		return nil, err
	}
	registry, err := base.Dial("registry")
	if err != nil {
		return nil, err
	}
	ingest, err := base.Dial("ingest")
	if err != nil {
		return nil, err
	}

	store := postgres.NewStore(base.Pool, base.Reader)
	service := vault.NewService(store, keys.tagger, keys.sealer)
	registrar := postgres.NewRegistrar(base.Pool, keys.hasher.Hash)
	handlers, err := api.NewServer(service, registrar, otel.Meter("pcc/vault"))
	if err != nil {
		return nil, err
	}
	vaultv1.RegisterVaultServiceServer(base.Server, handlers)
	vaultv1.RegisterShredServiceServer(base.Server, handlers)
	desk := &vault.Desk{
		Store: store, Sealer: keys.sealer, Shredder: keys.tree, Certify: keys.signer.Certify, ProofTag: portrait.ProofTag, Now: time.Now,
		Stores: []vault.PurgeStore{purge.Registry(registry), purge.Ingest(ingest)},
	}
	vaultv1.RegisterSubjectServiceServer(base.Server, &api.SubjectServer{
		Desk: desk, Opener: store, Consents: postgres.NewConsentRecorder(base.Pool, keys.hasher.Hash),
		CertificateKey: keys.signer.PublicKey(),
	})
	retention := &vault.Retention{Store: store, Desk: desk, Shredder: keys.tree, Logger: base.Logger, Now: time.Now}
	if err := api.ObserveOverdue(otel.Meter("pcc/vault"), store, time.Now); err != nil {
		return nil, err
	}

	directory := app.NewDirectory(registry)
	return app.RunnerFunc(func(ctx context.Context) error { return base.Run(ctx, directory, retention) }), nil
}
