package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/migrate"
	"github.com/pcc-platform/pcc/migrations"
)

func newMigrate() *cobra.Command {
	var urlFile string
	c := &cobra.Command{
		Use:   "migrate SERVICE",
		Short: "Bring a service's database schema up to date",
		Long: "Applies the missing migrations of one service (" + strings.Join(migrations.Services(), ", ") + ") as the role in\n" +
			"the database URL. Run it before the new version of the service starts.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			service := args[0]
			if !slices.Contains(migrations.Services(), service) {
				return fmt.Errorf("no service %q keeps a schema: choose one of %s", service, strings.Join(migrations.Services(), ", "))
			}
			url, err := app.ReadSecret(urlFile)
			if err != nil {
				return err
			}
			sources, err := migrations.Sources(service)
			if err != nil {
				return err
			}
			applied, err := migrate.Up(c.Context(), url, service, sources)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %d migrations applied\n", service, applied)
			return err
		},
	}
	c.Flags().StringVar(&urlFile, "url-file", "", "file that holds the database URL")
	_ = c.MarkFlagRequired("url-file")
	return c
}
