// Package server puts access together and runs it.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
	"github.com/pcc-platform/pcc/services/access/internal/api"
	"github.com/pcc-platform/pcc/services/access/internal/fabric"
	"github.com/pcc-platform/pcc/services/access/internal/postgres"
	"github.com/pcc-platform/pcc/services/access/internal/registryclient"
	"github.com/pcc-platform/pcc/services/access/internal/vaultclient"
)

// Name is the service's name: of its certificate, schema and address.
const Name = "access"

// Config configures access. It needs both database roles and no broker.
type Config struct {
	app.ServiceConfig `yaml:",inline"`
	// Fabric is the peer to submit to, and as whom.
	Fabric fabricgw.Settings `yaml:"fabric"`
	// Recovery is the expression by which the policy of an owner who lost the key is recovered, such as
	// "2 of (member:a, member:b, member:c)": no single member should satisfy it. New policies have it.
	Recovery string `yaml:"recovery"`
}

// New wires the service. It starts nothing.
func New(ctx context.Context, cfg Config, p *app.Process) (_ app.Runner, err error) {
	recovery, err := cfg.check()
	if err != nil {
		return nil, err
	}
	gateway, err := cfg.Fabric.Config()
	if err != nil {
		return nil, fmt.Errorf("access: fabric: %w", err)
	}
	ledger, err := fabric.Connect(gateway)
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
	registry, err := base.Dial("registry")
	if err != nil {
		return nil, err
	}
	vault, err := base.Dial("vault")
	if err != nil {
		return nil, err
	}

	service := access.NewService(access.Options{
		Store: postgres.NewStore(base.Pool, base.Reader), Ledger: ledger, Registry: registryclient.New(registry),
		Platform: rules.MSP(cfg.Fabric.MSPID), Recovery: recovery, Now: time.Now,
	})
	accessv1.RegisterPolicyServiceServer(base.Server, &api.Policies{Rules: service})
	accessv1.RegisterConsentServiceServer(base.Server, &api.Consents{Rules: service})
	accessv1.RegisterReadRequestServiceServer(base.Server, &api.ReadRequests{Rules: service})
	capsules := postgres.NewCapsules(base.Pool)
	accessv1.RegisterCapsuleServiceServer(base.Server, &api.Capsules{
		Rules: &access.Capsules{Service: service, Store: capsules, Vault: vaultclient.New(vault)},
	})
	registrar := &access.Registrar{Store: capsules, Ledger: ledger, Logger: base.Logger}

	directory := app.NewDirectory(registry)
	return app.RunnerFunc(func(ctx context.Context) error {
		defer func() {
			if err := ledger.Close(); err != nil {
				base.Logger.WarnContext(ctx, "ledger connection not closed", slog.String("error", err.Error()))
			}
		}()
		return base.Run(ctx, directory, registrar)
	}), nil
}

func (c Config) check() (recovery rules.Expression, err error) {
	if c.Database.URLFile == "" || c.Database.ReaderURLFile == "" {
		return recovery, errors.New("access: database.url_file and database.reader_url_file are required")
	}
	if recovery, err = rules.ParseExpression(c.Recovery); err != nil {
		return recovery, fmt.Errorf("access: recovery: %w", err)
	}
	return recovery, nil
}
