package cli

import (
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/devstack/nats"
	"github.com/pcc-platform/pcc/internal/platform"
)

// newPlatform is what the development stack's supervisor runs: all services in one process.
func newPlatform() *cobra.Command {
	var configs, admin string
	c := &cobra.Command{
		Use: "platform", Hidden: true, Args: cobra.NoArgs,
		Short: "Run all services in this process",
		RunE: func(c *cobra.Command, _ []string) error {
			return platform.Run(c.Context(), app.ProcessConfig{AdminAddress: admin}, func(service string) string {
				return filepath.Join(configs, service+".yaml")
			}, os.Stderr)
		},
	}
	c.Flags().StringVar(&configs, "configs", "", "folder of the services' configuration files")
	c.Flags().StringVar(&admin, "admin-address", "", "host:port of the admin port")
	return c
}

// newNATSServer is what the supervisor runs as the broker.
func newNATSServer() *cobra.Command {
	return &cobra.Command{
		Use: "nats-server CONFIG", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "Run the development stack's broker",
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := nats.ReadConfig(args[0])
			if err != nil {
				return err
			}
			return nats.Run(c.Context(), cfg, slog.New(slog.NewJSONHandler(os.Stderr, nil)))
		},
	}
}
