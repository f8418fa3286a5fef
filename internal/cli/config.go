package cli

import (
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/config"
)

// withConfig gives a command the flag --config, and what the file says.
func withConfig[C any](c *cobra.Command, usage string, run func(*cobra.Command, C) error) *cobra.Command {
	var file string
	c.RunE = func(c *cobra.Command, _ []string) error {
		var cfg C
		if err := config.Load(file, &cfg); err != nil {
			return err
		}
		return run(c, cfg)
	}
	c.Flags().StringVar(&file, "config", "", usage)
	_ = c.MarkFlagRequired("config")
	return c
}
