package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/history"
	"github.com/pcc-platform/pcc/internal/importer"
)

func newImport(env *environment) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "import [FILE]",
		Short: "Bring a history file into passports",
		Long: "Binds and enrols each vehicle of the file and sends each reading as an event over gRPC, as the profile's member.\n" +
			"An import can be repeated: what is known already has no further effect. Formats:\n" + formatHelp(),
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			profile, err := env.loadProfile("garage-admin")
			if err != nil {
				return err
			}
			if profile.Member == "" {
				return errors.New("the profile is of no member: only members send events")
			}
			source, err := history.Open(format, firstOf(args), history.Options{})
			if err != nil {
				return err
			}
			run, closeAll, err := newImportRun(profile, profile)
			if err != nil {
				return errors.Join(err, source.Close())
			}
			defer closeAll()
			run.Source, run.Format = source, format
			run.Progress = func(s importer.Sums) { env.printf("  %s\n", progressLine(s)) }
			sums, err := run.Run(c.Context())
			printSums(env, sums)
			return errors.Join(err, source.Close())
		},
	}
	c.Flags().StringVar(&format, "format", history.FormatSample, "format of the file")
	return c
}

func firstOf(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func formatHelp() string {
	var b strings.Builder
	for _, f := range history.Formats() {
		fmt.Fprintf(&b, "  %-16s %s\n", f.Name, f.Summary)
	}
	return b.String()
}

func progressLine(s importer.Sums) string {
	return fmt.Sprintf("%d vehicles, %d rows read, %d events acknowledged", s.Vehicles, s.RowsRead, s.Sent)
}

func printSums(env *environment, s importer.Sums) {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	row := func(what string, n int) { _, _ = fmt.Fprintf(w, "%s\t%d\n", what, n) }
	row("vehicles", s.Vehicles)
	row("  newly enrolled", s.VehiclesNew)
	row("rows read", s.RowsRead)
	row("  accepted", s.Accepted)
	row("  known before", s.Duplicates)
	row("  rejected", s.RejectedTotal())
	for _, reason := range sortedKeys(s.Rejected) {
		row("    "+reason, s.Rejected[reason])
	}
	_ = w.Flush()
}

func sortedKeys(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
