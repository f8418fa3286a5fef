package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
	anchorfsck "github.com/pcc-platform/pcc/services/anchor/server/fsck"
	ingestfsck "github.com/pcc-platform/pcc/services/ingest/server/fsck"
)

const (
	// exitFindings and exitNotRun are the exit codes of fsck, so that whoever starts it by a timer can tell them apart.
	exitFindings = 1
	exitNotRun   = 2
	// ingestSchema and anchorSchema are those of which more is examined together with the journal.
	ingestSchema = "ingest"
	anchorSchema = "anchor"
	fsckConnect  = 10 * time.Second
)

const fsckHelp = `Reads the whole journal of one schema in one read-only snapshot, next to the running service, and names what is
wrong: flipped bits, missing, added, swapped or truncated rows; in the schema ingest also rows of events that do not
agree with their entries, in the schema anchor what is kept of streams and lists and does not give the records of epochs.
It changes nothing. The database role has to see all rows: the service's own does.

A database that was restored as a whole, or written anew as a whole, is sound in itself. Only checkpoints that are
kept elsewhere show it; name them every time:

  --epochs N          the newest N anchored epochs, from the anchor service with --profile
  --checkpoints FILE  a file that you kept: lines "<stream> <size> <root, base64>", or the record of an epoch
  --keep FILE         writes such a file of what was found, when nothing was wrong

Findings go to standard output, progress to standard error. Exit code 0: nothing is wrong; 1: there are findings;
2: the examination could not be done. docs/operations.md says what each finding means and what to do.`

// fsckFlags are what an examination is asked for.
type fsckFlags struct {
	urlFile, schema, checkpoints, keep string
	epochs                             int
	output                             *outputFormat
}

func newFsck(env *environment) *cobra.Command {
	var f fsckFlags
	c := &cobra.Command{
		Use:   "fsck --database-url-file FILE",
		Short: "Examine a journal as it is stored, and name what is wrong with it",
		Long:  fsckHelp,
		Args: func(c *cobra.Command, args []string) error {
			return withExit(exitNotRun, cobra.NoArgs(c, args))
		},
		RunE: func(c *cobra.Command, _ []string) error {
			report, err := f.examine(c.Context(), env)
			if err != nil {
				return withExit(exitNotRun, fmt.Errorf("fsck: %w", err))
			}
			return f.conclude(env, report)
		},
	}
	c.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return withExit(exitNotRun, err) })
	c.Flags().StringVar(&f.urlFile, "database-url-file", "", "file that holds the database URL")
	c.Flags().StringVar(&f.schema, "schema", ingestSchema, "schema of the journal, "+strings.Join(keeper.Services(), ", "))
	c.Flags().StringVar(&f.checkpoints, "checkpoints", "", "file of checkpoints to compare with")
	c.Flags().IntVar(&f.epochs, "epochs", 0, "number of the newest anchored epochs to compare with, at most 10000")
	c.Flags().StringVar(&f.keep, "keep", "", "file to write the checkpoints to, when nothing is wrong")
	f.output = addOutput(c)
	return c
}

// fsckReport is what an examination has found.
type fsckReport struct {
	Schema string `json:"schema"`
	// Compared is the number of checkpoints from elsewhere.
	Compared int            `json:"compared"`
	Streams  []fsck.Head    `json:"streams"`
	Findings []fsck.Finding `json:"findings"`
	// Omitted counts the findings beyond those listed.
	Omitted []fsck.Omitted `json:"omitted,omitempty"`
}

func (f *fsckFlags) examine(ctx context.Context, env *environment) (*fsckReport, error) {
	if f.urlFile == "" {
		return nil, errors.New("name the file that holds the database URL with --database-url-file")
	}
	url, err := app.ReadSecret(f.urlFile)
	if err != nil {
		return nil, err
	}
	// Before the snapshot is taken: what is anchored later is not in it.
	claims, err := f.claims(ctx, env)
	if err != nil {
		return nil, err
	}
	conn, err := f.connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	check := fsck.Check
	switch f.schema {
	case ingestSchema:
		check = ingestfsck.Check
	case anchorSchema:
		check = anchorfsck.Check
	}
	progress := &fsckProgress{env: env}
	report, found := &fsckReport{Schema: f.schema, Compared: len(claims)}, &fsck.Findings{}
	err = fsck.Snapshot(ctx, conn, func(tx pgx.Tx) (err error) {
		report.Streams, err = check(ctx, tx, fsck.Options{Claims: claims, Progress: progress.show}, found)
		return err
	})
	if err != nil {
		return nil, err
	}
	report.Findings, report.Omitted = append([]fsck.Finding{}, found.List()...), found.Omitted() // none is an empty list in JSON
	return report, nil
}

// connect opens the one connection of an examination. It is not a service's pool, whose statements end after seconds.
func (f *fsckFlags) connect(ctx context.Context, url string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database url is malformed") // its text may hold a password
	}
	config.ConnectTimeout = fsckConnect
	config.RuntimeParams["search_path"] = pgx.Identifier{f.schema}.Sanitize()
	config.RuntimeParams["application_name"] = "pcc-fsck"
	return pgx.ConnectConfig(ctx, config)
}

// conclude prints the report and returns the error that gives the exit code.
func (f *fsckFlags) conclude(env *environment, r *fsckReport) error {
	if err := printFsck(env, r, *f.output); err != nil {
		return withExit(exitNotRun, fmt.Errorf("fsck: %w", err))
	}
	if n := r.count(); n > 0 {
		return withExit(exitFindings, fmt.Errorf("fsck: %d findings", n))
	}
	if f.keep == "" {
		return nil
	}
	return withExit(exitNotRun, keepClaims(f.keep, r.Streams))
}

// count is the number of all findings, listed or not.
func (r *fsckReport) count() uint64 {
	n := uint64(len(r.Findings))
	for _, o := range r.Omitted {
		n += o.Count
	}
	return n
}

func keepClaims(path string, heads []fsck.Head) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("fsck: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return fsck.WriteClaims(file, heads)
}
