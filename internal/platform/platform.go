// Package platform runs all services in one process, by the same constructors as their daemons. They talk through memory
// (app.Process.Dial), behind the same TLS and interceptors as over a network.
package platform

import (
	"context"
	"fmt"
	"io"

	gateway "github.com/pcc-platform/pcc/gateway/server"
	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/config"
	access "github.com/pcc-platform/pcc/services/access/server"
	anchor "github.com/pcc-platform/pcc/services/anchor/server"
	ingest "github.com/pcc-platform/pcc/services/ingest/server"
	registry "github.com/pcc-platform/pcc/services/registry/server"
	settlement "github.com/pcc-platform/pcc/services/settlement/server"
	vault "github.com/pcc-platform/pcc/services/vault/server"
)

// Run runs every service until ctx ends or one fails. configFile names the configuration file of each; the section
// "process" in them is not used.
func Run(ctx context.Context, cfg app.ProcessConfig, configFile func(service string) string, logTo io.Writer) error {
	p, err := app.NewProcess(ctx, "platform", cfg, logTo, "registry", "vault", "ingest", "settlement", "anchor", "access")
	if err != nil {
		return err
	}
	var runners []app.Runner
	for _, add := range []func() (app.Runner, error){
		func() (app.Runner, error) { return load(ctx, p, configFile("registry"), registry.New) },
		func() (app.Runner, error) { return load(ctx, p, configFile("vault"), vault.New) },
		func() (app.Runner, error) { return load(ctx, p, configFile("ingest"), ingest.New) },
		func() (app.Runner, error) { return load(ctx, p, configFile("settlement"), settlement.New) },
		func() (app.Runner, error) { return load(ctx, p, configFile("anchor"), anchor.New) },
		func() (app.Runner, error) { return load(ctx, p, configFile("access"), access.New) },
		func() (app.Runner, error) { return load(ctx, p, configFile("gateway"), gateway.New) },
	} {
		r, err := add()
		if err != nil {
			return fmt.Errorf("platform: %w", err)
		}
		runners = append(runners, r)
	}
	return p.Run(ctx, runners...)
}

func load[C any](ctx context.Context, p *app.Process, file string, build func(context.Context, C, *app.Process) (app.Runner, error)) (app.Runner, error) {
	var cfg C
	if err := config.Load(file, &cfg); err != nil {
		return nil, err
	}
	return build(ctx, cfg, p)
}
