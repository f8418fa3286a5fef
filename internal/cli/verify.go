package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
	"github.com/pcc-platform/pcc/verify/signatures"
)

func newVerify(env *environment) *cobra.Command {
	var trustFile string
	var asJSON bool
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Verify a proof document offline",
		Long: "Checks a proof document against a trust list, without contacting anybody. The trust list says which organisations'\n" +
			"certificates you believe and how many must have endorsed; get it from somebody you trust, not from whoever gave\n" +
			"you the document. Exits with 0 only when every check holds.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if trustFile == "" {
				layout, err := env.layout()
				if err != nil {
					return errors.New("name a trust list with --trust")
				}
				trustFile = layout.TrustFile()
			}
			report, err := verifyFile(args[0], trustFile)
			if err != nil {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(env.stdout)
				encoder.SetIndent("", "  ")
				return encoder.Encode(report)
			}
			printVerification(env, report)
			return nil
		},
	}
	c.Flags().StringVar(&trustFile, "trust", "", "trust list (default: the development stack's)")
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// verification is what a document has shown.
type verification struct {
	verify.Report
	// Signatures is absent when the trust list has no keys of sources.
	Signatures *signatures.Report `json:"signatures,omitempty"`
}

func verifyFile(documentFile, trustFile string) (v verification, err error) {
	trustJSON, err := os.ReadFile(trustFile)
	if err != nil {
		return v, fmt.Errorf("verify: trust list: %w", err)
	}
	trust, err := verify.ParseTrust(trustJSON)
	if err != nil {
		return v, err
	}
	document, err := os.ReadFile(documentFile)
	if err != nil {
		return v, fmt.Errorf("verify: %w", err)
	}
	if v.Report, err = verify.Verify(document, trust, eventview.Decode); err != nil || len(trust.SourceKeys) == 0 {
		return v, err
	}
	signed, err := signatures.Check(document, trust.SourceKeys)
	v.Signatures = &signed
	return v, err
}

func printVerification(env *environment, r verification) {
	env.printf("VERIFIED  %s: %d events, as of %s\n", r.Passport, r.Events, r.AsOf.Format("2006-01-02 15:04:05 MST"))
	checks, limits := r.Checks, r.Limits
	if r.Signatures != nil {
		checks, limits = append(checks, r.Signatures.Checks...), append(limits, r.Signatures.Limits...)
		for _, n := range r.Signatures.NotCounted {
			limits = append(limits, fmt.Sprintf("The signature of %s by %s counts for nothing: %s.", n.At, n.Key, n.Why))
		}
	}
	for _, check := range checks {
		env.printf("  ok  %s\n", check)
	}
	env.printf("What this does not show:\n")
	for _, limit := range limits {
		env.printf("  -   %s\n", limit)
	}
}
