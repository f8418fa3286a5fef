package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/witness"
	"github.com/pcc-platform/pcc/internal/witness/daemon"
)

const (
	witnessTimeout = 10 * time.Second
	// exitEvidence is the exit code of a status with evidence: the witness works, and the log does not.
	exitEvidence = 3
)

func newWitnessStatus(env *environment) *cobra.Command {
	var url string
	c := &cobra.Command{
		Use:   "status",
		Short: "Show what a running witness has cosigned, and its evidence",
		Long: "Asks a witness for the last epoch that it has cosigned and for the evidence that it has found. With evidence the command\n" +
			"ends with 3. Each document of evidence can be read at the URL shown, and verified by anybody with the log's key.",
		Args: cobra.NoArgs,
	}
	output := addOutput(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		prefix := strings.TrimSuffix(url, "/")
		logs, err := daemon.Status(c.Context(), prefix, &http.Client{Timeout: witnessTimeout})
		if err != nil {
			return err
		}
		if err := printWitness(env, prefix, logs, *output); err != nil {
			return err
		}
		return evidenceError(logs)
	}
	c.Flags().StringVar(&url, "url", "", "where the witness answers, for example https://witness.insurer.example")
	_ = c.MarkFlagRequired("url")
	return c
}

func printWitness(env *environment, prefix string, logs []witness.LogStatus, output outputFormat) error {
	if output == outputJSON {
		encoder := json.NewEncoder(env.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(logs)
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, log := range logs {
		_, _ = fmt.Fprintf(w, "log\t%s\n", log.Origin)
		if log.CosignedAt == nil {
			_, _ = fmt.Fprintf(w, "epoch\tnone cosigned yet\n")
		} else {
			_, _ = fmt.Fprintf(w, "epoch\t%d, cosigned at %s\n", log.Size, log.CosignedAt.Format(time.RFC3339))
		}
		_, _ = fmt.Fprintf(w, "evidence\t%d found, %d could not be kept\n", len(log.Evidence), log.EvidenceUnkept)
		for _, id := range log.Evidence {
			_, _ = fmt.Fprintf(w, "\t%s/%s/evidence/%s\n", prefix, log.Log, id)
		}
		_, _ = fmt.Fprintf(w, "unexplained\t%d\n", len(log.Unexplained))
		for _, id := range log.Unexplained {
			_, _ = fmt.Fprintf(w, "\t%s/%s/unexplained/%s\n", prefix, log.Log, id)
		}
	}
	return w.Flush()
}

func evidenceError(logs []witness.LogStatus) error {
	for _, log := range logs {
		if len(log.Evidence) > 0 {
			return withExit(exitEvidence, fmt.Errorf("witness: the log %s has signed two histories", log.Origin))
		}
	}
	return nil
}
