package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/verify/receipt"
)

const (
	// maxPromises bounds the lines of a file of receipts, maxPromiseBytes each of them: a thousand events.
	maxPromises     = 100_000
	maxPromiseBytes = 1 << 20
	// leavesOfPage is how many leaves are read at once.
	leavesOfPage = 1000
)

// promisesFlags are what `pcc promises` is asked for.
type promisesFlags struct{ logKey, record string }

func newPromises(env *environment) *cobra.Command {
	var f promisesFlags
	c := &cobra.Command{
		Use:   "promises FILE",
		Short: "Find out whether the platform has kept what its receipts promise",
		Long: "Reads a file of pcc import --receipts, checks the receipts with the log's key, reads the whole stream of the profile's\n" +
			"member, and compares both at the newest anchored epoch. Exit code 1: a promise is broken, or an event was changed.\n" +
			"docs/journal.md says what that proves, and to whom.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c.Context(), env, args[0]) },
	}
	c.Flags().StringVar(&f.logKey, "log-key", "", "verifier key of the member's log, as pcc log key shows it (default: the development stack's)")
	c.Flags().StringVar(&f.record, "record", "", "file with the record of an epoch, as the ledger has it (default: the newest that the platform shows)")
	return c
}

func (f *promisesFlags) run(ctx context.Context, env *environment, path string) error {
	profile, err := env.loadProfile("garage-admin")
	if err != nil {
		return err
	}
	if profile.Member == "" {
		return errors.New("the profile is of no member: only members have streams")
	}
	stream := "ingest/" + profile.Member
	key, err := f.key(env, stream)
	if err != nil {
		return err
	}
	promises, err := readPromises(path, key)
	if err != nil {
		return err
	}
	d := &dialer{}
	defer d.close()
	anchor, err := d.dial(profile, "anchor")
	if err != nil {
		return err
	}
	ingest, err := d.dial(profile, "ingest")
	if err != nil {
		return err
	}
	record, err := f.epoch(ctx, anchorv1.NewAnchorServiceClient(anchor))
	if err != nil {
		return err
	}
	head, err := receipt.HeadOf(record, stream)
	if err != nil {
		return err
	}
	verdicts, err := receipt.Judge(head, ownLeaves(ctx, ingestv1.NewIngestServiceClient(ingest), head.Size), promises...)
	if err != nil {
		return err
	}
	return printVerdicts(env, head, promises, verdicts)
}

// key is the verifier key of the stream's log.
func (f *promisesFlags) key(env *environment, stream string) (string, error) {
	if f.logKey != "" {
		return f.logKey, nil
	}
	layout, err := env.layout()
	if err != nil {
		return "", err
	}
	signer, err := checkpoint.ReadLogKey(layout.LogKeyFile())
	if err != nil {
		return "", err
	}
	own, err := signer.For(stream)
	if err != nil {
		return "", err
	}
	return own.VerifierKey(), nil
}

// epoch is the record to judge by.
func (f *promisesFlags) epoch(ctx context.Context, client anchorv1.AnchorServiceClient) ([]byte, error) {
	if f.record != "" {
		file, err := os.Open(f.record)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		return io.ReadAll(io.LimitReader(file, model.MaxEpochBytes))
	}
	page, err := client.ListEpochs(ctx, &anchorv1.ListEpochsRequest{PageSize: epochsOfPage})
	if err != nil {
		return nil, err
	}
	for _, e := range page.GetEpochs() {
		if e.GetState() == anchorv1.EpochState_EPOCH_STATE_ANCHORED {
			return []byte(e.GetRecord()), nil
		}
	}
	return nil, errors.New("no epoch is anchored, there is nothing to judge by")
}

// readPromises reads the lines of a file and opens each.
func readPromises(path, key string) (promises []*receipt.Opened, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxPromiseBytes)
	for lines.Scan() {
		var promise receipt.Promise
		if err := json.Unmarshal(lines.Bytes(), &promise); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, len(promises)+1, err)
		}
		opened, err := promise.Open(key)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, len(promises)+1, err)
		}
		if promises = append(promises, opened); len(promises) > maxPromises {
			return nil, fmt.Errorf("%s has more than %d lines", path, maxPromises)
		}
	}
	return promises, lines.Err()
}

// ownLeaves are the first leaves of the caller's member's stream.
func ownLeaves(ctx context.Context, client ingestv1.IngestServiceClient, size uint64) iter.Seq2[receipt.Leaf, error] {
	return func(yield func(receipt.Leaf, error) bool) {
		req := &ingestv1.ListJournalLeavesRequest{PageSize: leavesOfPage}
		for left := size; left > 0; {
			page, err := client.ListJournalLeaves(ctx, req)
			if err != nil {
				yield(receipt.Leaf{}, err)
				return
			}
			for _, l := range page.GetLeaves() {
				if left--; len(l.GetListKey()) != len(proof.Key{}) {
					yield(receipt.Leaf{}, errors.New("the platform shows a leaf with a malformed key"))
					return
				}
				if !yield(receipt.Leaf{Key: proof.Key(l.GetListKey()), Frame: l.GetLeaf()}, nil) || left == 0 {
					return
				}
			}
			if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
				return
			}
		}
	}
}

// printVerdicts counts the verdicts and names the events that are not as promised.
func printVerdicts(env *environment, head receipt.Head, promises []*receipt.Opened, verdicts [][]receipt.Verdict) error {
	counts := map[receipt.Verdict]int{}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for i, of := range verdicts {
		o := promises[i]
		for j, e := range o.Events() {
			verdict := of[j]
			if counts[verdict]++; verdict == receipt.Broken || verdict == receipt.Changed {
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\taccepted %s\n", verdict, e.Source, e.ID, o.AcceptedAt.Format(time.RFC3339))
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	env.printf("%d receipts, judged by %s at %s with %d entries: %d events kept, %d open, %d changed, %d broken\n", len(promises),
		head.Stream, head.Time.Format(time.RFC3339), head.Size, counts[receipt.Kept], counts[receipt.Open], counts[receipt.Changed], counts[receipt.Broken])
	if bad := counts[receipt.Broken] + counts[receipt.Changed]; bad > 0 {
		return fmt.Errorf("%d events are not in the journal as promised", bad)
	}
	return nil
}
