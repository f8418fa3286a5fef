package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/history"
	"github.com/pcc-platform/pcc/internal/importer"
	"github.com/pcc-platform/pcc/internal/sourcesign"
)

// importFlags are what `pcc import` is asked for.
type importFlags struct {
	format, rejects, receipts string
	// signKey is the file of the key that signs; empty sends unsigned.
	signKey string
	// sealKey is the file of the writer's key that seals confidential fields; empty sends them in the clear, and they are refused.
	sealKey string
	dryRun  bool
	options history.Options
}

func newImport(env *environment) *cobra.Command {
	flags := &importFlags{}
	c := &cobra.Command{
		Use:   "import [FILE]",
		Short: "Bring a history file into passports",
		Long: "Binds and enrols each vehicle of the file and sends each row as an event over gRPC, as the profile's member.\n" +
			"An import can be repeated, also after an interruption: it begins again, and what is known has no further effect.\n" +
			"docs/formats.md says what becomes of each field. Formats:\n" + formatHelp(),
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return flags.run(c.Context(), env, firstOf(args)) },
	}
	c.Flags().StringVar(&flags.format, "format", history.FormatSample, "format of the file")
	c.Flags().StringVar(&flags.options.Mapping, "mapping", "", "YAML file that says what the columns of csv mean")
	c.Flags().StringVar(&flags.options.VSSRelease, "vss-release", "", "release of the signals of vss, 5.1 or 6.0, if the records do not state it")
	c.Flags().StringVar(&flags.options.Identities, "identities", "", `CSV file "identifier,vin" of other systems' names for vehicles`)
	c.Flags().StringVar(&flags.signKey, "sign", "", "file of a key registered with pcc keys: sign every batch")
	c.Flags().StringVar(&flags.sealKey, "seal", "", "file of a key under which to seal confidential fields; it is made if there is none. Keep it: who has it and\n"+
		"the platform's vault can open what it sealed")
	c.Flags().BoolVar(&flags.dryRun, "dry-run", false, "report every rejected row and send nothing")
	c.Flags().StringVar(&flags.receipts, "receipts", "", "file to add the platform's receipts to, as JSON Lines: with them a dropped event can be proven")
	c.Flags().StringVar(&flags.rejects, "rejects", "", "file to write rejected rows to, as JSON Lines")
	return c
}

func (f *importFlags) run(ctx context.Context, env *environment, path string) (err error) {
	source, err := history.Open(f.format, path, f.options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	rejects, err := newRejectsFile(f.rejects)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rejects.close()) }()
	if f.dryRun {
		return f.try(ctx, env, source, rejects)
	}
	return f.send(ctx, env, source, rejects)
}

func (f *importFlags) try(ctx context.Context, env *environment, source history.Source, rejects *rejectsFile) error {
	sums, err := importer.DryRun(ctx, source, func(r history.Rejection) error {
		env.printf("line %d, row %d: %s: %s\n", r.Line, r.Row, r.Code, r.Reason)
		return rejects.write(r)
	})
	env.printf("nothing was sent\n")
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	writeRows(w, sums, "to be sent")
	_ = w.Flush()
	return err
}

func (f *importFlags) send(ctx context.Context, env *environment, source history.Source, rejects *rejectsFile) (err error) {
	profile, err := env.loadProfile("garage-admin")
	if err != nil {
		return err
	}
	if profile.Member == "" {
		return errors.New("the profile is of no member: only members send events")
	}
	run, closeAll, err := newImportRun(profile, profile)
	if err != nil {
		return err
	}
	defer closeAll()
	run.Source, run.Format, run.Rejected = source, f.format, rejects.write
	receipts, err := openReceipts(f.receipts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, receipts.close()) }()
	if f.receipts != "" {
		run.Promised = receipts.write
	}
	if f.sealKey != "" {
		seal, closeSealer, err := newSealer(profile, f.sealKey)
		if err != nil {
			return err
		}
		defer closeSealer()
		run.Others.SealWith(seal)
	}
	if f.signKey != "" {
		signer, err := sourcesign.Open(f.signKey, run.Others.Source(f.format))
		if err != nil {
			return err
		}
		run.Others.SignWith(signer)
	}
	last := time.Now()
	run.Progress = func(s importer.Sums) {
		if time.Since(last) > progressEvery {
			last = time.Now()
			env.printf("  %s\n", progressLine(s))
		}
	}
	sums, err := run.Run(ctx)
	printSums(env, sums)
	if err != nil {
		return fmt.Errorf("not all was imported, the same command goes on: %w", err)
	}
	return nil
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
		fmt.Fprintf(&b, "  %-18s %s\n", f.Name, f.Summary)
	}
	return b.String()
}

func progressLine(s importer.Sums) string {
	return fmt.Sprintf("%d vehicles, %d rows read, %d events acknowledged", s.Vehicles, s.RowsRead, s.Sent)
}

func printSums(env *environment, s importer.Sums) {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "vehicles\t%d\n  newly enrolled\t%d\n", s.Vehicles, s.VehiclesNew)
	writeRows(w, s, "accepted")
	_ = w.Flush()
}

// writeRows accounts for every row that was read.
func writeRows(w io.Writer, s importer.Sums, accepted string) {
	row := func(what string, n int) { _, _ = fmt.Fprintf(w, "%s\t%d\n", what, n) }
	row("rows read", s.RowsRead)
	row("  "+accepted, s.Accepted)
	row("  known before", s.Duplicates)
	row("  rejected", s.RejectedTotal())
	for _, reason := range sortedKeys(s.Rejected) {
		row("    "+reason, s.Rejected[reason])
	}
}
