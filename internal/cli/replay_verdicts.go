package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/ingest/server/replay"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
)

func newReplayVerdicts(env *environment) *cobra.Command {
	var trustFile string
	c := &cobra.Command{
		Use:   "verdicts FILE|FOLDER...",
		Short: "Compute verdicts and quality indices anew from proof documents, offline",
		Long: "Verifies proof documents (\"pcc export\") against the trust list and computes from the events of all members the verdict on\n" +
			"each odometer, the plausibility of every mileage, and every quality index by the inputs in its leaf. Reports among the files\n" +
			"(\"pcc report --json\") are compared with the newest document of their passport: the verdict that was told, and the events.\n" +
			"Prints what differs. Exits with 0 only when every document is verified, shows all its events, and nothing differs.",
		Example: "  pcc report passports/… --json > golf/report.json\n  pcc export passports/… --read reads/… -o golf/proof.json\n  pcc replay verdicts golf",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			trustFile, err := env.trustFile(trustFile)
			if err != nil {
				return err
			}
			trust, err := readTrust(trustFile)
			if err != nil {
				return err
			}
			files, err := jsonFiles(args)
			if err != nil {
				return err
			}
			return env.replayVerdicts(files, trust)
		},
	}
	c.Flags().StringVar(&trustFile, "trust", "", "trust list (default: the development stack's)")
	return c
}

// jsonFiles are the files named, and those with JSON in the folders named.
func jsonFiles(args []string) (files []string, err error) {
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, fmt.Errorf("replay: %w", err)
		}
		if !info.IsDir() {
			files = append(files, arg)
			continue
		}
		inside, err := filepath.Glob(filepath.Join(arg, "*.json"))
		if err != nil {
			return nil, fmt.Errorf("replay: %w", err)
		}
		files = append(files, inside...)
	}
	return files, nil
}

// provenHistory is the history of the newest document of a passport.
type provenHistory struct {
	epoch   uint64
	history *replay.History
}

// replayVerdicts goes through all documents, then all reports, whatever differs on the way.
func (e *environment) replayVerdicts(files []string, trust verify.Trust) error {
	newest := map[string]provenHistory{}
	reports := map[string]*registryv1.ReadReportResponse{}
	var failed []error
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("replay: %w", err)
		}
		if !isDocument(content) {
			report := &registryv1.ReadReportResponse{}
			if err := protojson.Unmarshal(content, report); err != nil {
				return fmt.Errorf("replay: %s is neither a proof document nor a report: %w", file, err)
			}
			reports[file] = report
			continue
		}
		history, report, err := e.replayDocument(file, content, trust)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", file, err))
		}
		if history != nil && report.EpochNumber >= newest[report.Passport].epoch {
			newest[report.Passport] = provenHistory{report.EpochNumber, history}
		}
	}
	for _, file := range files {
		if reports[file] == nil {
			continue
		}
		if err := e.compareReport(file, reports[file], newest[reports[file].GetPassport().GetName()].history); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", file, err))
		}
	}
	return errors.Join(failed...)
}

// isDocument tells a proof document, good or not, from a report.
func isDocument(content []byte) bool {
	var d struct {
		Schema string `json:"schema"`
	}
	return json.Unmarshal(content, &d) == nil && d.Schema != ""
}

var errWithheld = errors.New("replay: the verdict cannot be replayed: it rests on events that the document withholds")

// replayDocument returns the history of a document that verifies and shows all its events.
func (e *environment) replayDocument(file string, content []byte, trust verify.Trust) (*replay.History, verify.Report, error) {
	report, err := verify.Verify(content, trust, eventview.Decode)
	if err != nil {
		return nil, report, err
	}
	e.printf("%s: %s, complete up to %s, epoch %d\n", file, report.Passport, report.CompleteUpTo.Format("2006-01-02 15:04:05 MST"), report.EpochNumber)
	if hidden := withheld(report); hidden != "" {
		return nil, report, fmt.Errorf("%w: %s", errWithheld, hidden)
	}
	var d verify.Document
	if err := json.Unmarshal(content, &d); err != nil {
		return nil, report, fmt.Errorf("replay: %w", err)
	}
	history, err := replay.NewHistory()
	if err != nil {
		return nil, report, err
	}
	for _, list := range d.Lists {
		for _, entry := range list.Entries {
			if err := history.Add(entry.Leaf); err != nil {
				return nil, report, err
			}
		}
	}
	outcome, err := history.Replay()
	if err != nil {
		return nil, report, err
	}
	printVerdict(e, outcome.Verdict)
	e.printf("%d indices and %d plausibilities computed anew: %d differences\n", outcome.Indices, outcome.Plausibilities, len(outcome.Differences))
	return history, report, printDifferences(e, outcome.Differences)
}

// withheld says how much of which classes a document does not show.
func withheld(report verify.Report) string {
	var hidden []string
	for _, l := range report.Lists {
		if l.Shown < l.Count {
			hidden = append(hidden, fmt.Sprintf("%d of %d events of %s", l.Count-l.Shown, l.Count, l.Class))
		}
	}
	return strings.Join(hidden, ", ")
}

// compareReport compares what the platform has told with a document's history, nil if there is none.
func (e *environment) compareReport(file string, report *registryv1.ReadReportResponse, history *replay.History) error {
	passport := report.GetPassport().GetName()
	if history == nil {
		return fmt.Errorf("replay: no document that was replayed is of %s", passport)
	}
	differing, err := history.Compare(replay.Report{
		Events: report.GetEvents(), Verdict: report.GetOdometerVerdict(), Time: report.GetCreateTime().AsTime(),
	})
	if err != nil {
		return err
	}
	e.printf("%s: report on %s, %d events: %d differences\n", file, passport, len(report.GetEvents()), len(differing))
	return printDifferences(e, differing)
}
