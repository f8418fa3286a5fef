package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/eventview"
	"github.com/pcc-platform/pcc/verify/signatures"
	"github.com/pcc-platform/pcc/verify/vintag"
)

func newVerify(env *environment) *cobra.Command {
	var trustFile, vin string
	var asJSON, vinFromStdin bool
	c := &cobra.Command{
		Use:   "verify FILE",
		Short: "Verify a proof document offline",
		Long: "Checks a proof document against a trust list, without contacting anybody. The trust list says which organisations'\n" +
			"certificates, which log and which witnesses you believe, and how many must have signed; get it from somebody you\n" +
			"trust, not from whoever gave you the document. Exits with 0 only when every check holds.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			trustFile, err := env.trustFile(trustFile)
			if err != nil {
				return err
			}
			if vinFromStdin {
				if vin, err = readVIN(c.InOrStdin()); err != nil {
					return err
				}
				if vin == "" {
					return errors.New("standard input has no VIN")
				}
			}
			report, err := verifyFile(args[0], trustFile, vin)
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
	c.Flags().BoolVar(&vinFromStdin, "vin-stdin", false, "read from standard input the VIN that the document has to be about")
	c.Flags().BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// trustFile returns the file of a flag --trust, or that of the development stack without one.
func (e *environment) trustFile(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	layout, err := e.layout()
	if err != nil {
		return "", errors.New("name a trust list with --trust")
	}
	return layout.TrustFile(), nil
}

func readTrust(file string) (verify.Trust, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return verify.Trust{}, fmt.Errorf("trust list: %w", err)
	}
	return verify.ParseTrust(text)
}

// verification is what a document has shown.
type verification struct {
	verify.Report
	// AgeSeconds is how long before now the document ends.
	AgeSeconds int64 `json:"age_seconds"`
	// VINProven is true if the reader gave a VIN and the document's tag is its.
	VINProven bool `json:"vin_proven"`
	// Signatures is absent when the trust list has no keys of sources.
	Signatures *signatures.Report `json:"signatures,omitempty"`
}

// verifyFile verifies a document; vin is empty for a reader who does not know it.
func verifyFile(documentFile, trustFile, vin string) (verification, error) {
	trust, err := readTrust(trustFile)
	if err != nil {
		return verification{}, err
	}
	document, err := os.ReadFile(documentFile)
	if err != nil {
		return verification{}, fmt.Errorf("verify: %w", err)
	}
	return verifyDocument(document, trust, vin)
}

func verifyDocument(document []byte, trust verify.Trust, vin string) (verification, error) {
	report, err := verify.Verify(document, trust, eventview.Decode)
	if err != nil {
		return verification{}, err
	}
	v := verification{Report: report, AgeSeconds: int64(report.Age(time.Now()) / time.Second)}
	if vin != "" {
		if err := vintag.Check(document, trust, vin); err != nil {
			return verification{}, err
		}
		v.Report, v.VINProven = report.OfVIN(), true
	}
	if len(trust.SourceKeys) > 0 {
		signed, err := signatures.Check(document, trust.SourceKeys)
		if err != nil {
			return verification{}, err
		}
		v.Signatures = &signed
	}
	return v, nil
}
