package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/passportpdf"
	"github.com/pcc-platform/pcc/verify"
)

func newPrint(env *environment) *cobra.Command {
	var trustFile, out, link string
	c := &cobra.Command{
		Use:   "print FILE",
		Short: "Print a proof document for people, as a PDF with the document attached",
		Long: "Verifies the document first and prints nothing that does not verify. The pages prove nothing: the document attached to\n" +
			"them does. With --link they show a code that leads readers to where they can verify it.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			trustFile, err := env.trustFile(trustFile)
			if err != nil {
				return err
			}
			pdf, err := printProof(args[0], trustFile, link)
			if err != nil {
				return err
			}
			if err := os.WriteFile(out, pdf, 0o600); err != nil {
				return fmt.Errorf("print: %w", err)
			}
			env.printf("%s: %d bytes\n", out, len(pdf))
			return nil
		},
	}
	c.Flags().StringVar(&trustFile, "trust", "", "trust list (default: the development stack's)")
	c.Flags().StringVarP(&out, "out", "o", "passport.pdf", "file to write")
	c.Flags().StringVar(&link, "link", "", "address where readers can verify the document, such as https://pcc.example/verify")
	return c
}

func printProof(documentFile, trustFile, link string) ([]byte, error) {
	v, err := verifyFile(documentFile, trustFile, "")
	if err != nil {
		return nil, err
	}
	document, err := os.ReadFile(documentFile)
	if err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	var d verify.Document
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	var pdf bytes.Buffer
	err = passportpdf.Write(&pdf, passportpdf.Passport{Report: v.Report, Document: document, GeneratedAt: d.GeneratedAt, Link: link})
	return pdf.Bytes(), err
}
