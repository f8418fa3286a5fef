package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/web"
)

func newPage(env *environment) *cobra.Command {
	var trustFile, out string
	var withTrust bool
	c := &cobra.Command{
		Use:   "page FILE",
		Short: "Put a proof document into the verifier page: one file to open offline",
		Long: "Verifies the document first, and then writes a copy of the verifier page with the document in it. Whoever opens it, without a\n" +
			"network, sees the document checked against the trust list of their choice. With --with-trust yours is in it too, and the page\n" +
			"says that you chose whom its reader believes. A reader who does not trust you opens the document in a page from elsewhere.",
		Example: "  pcc page passport.json -o passport.html",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			trustFile, err := env.trustFile(trustFile)
			if err != nil {
				return err
			}
			page, err := documentPage(args[0], trustFile, withTrust)
			if err != nil {
				return err
			}
			if err := os.WriteFile(out, page, 0o600); err != nil {
				return fmt.Errorf("page: %w", err)
			}
			env.printf("%s: %d bytes\n", out, len(page))
			return nil
		},
	}
	c.Flags().StringVar(&trustFile, "trust", "", "trust list (default: the development stack's)")
	c.Flags().BoolVar(&withTrust, "with-trust", false, "put the trust list into the page as well")
	c.Flags().StringVarP(&out, "out", "o", "passport.html", "file to write")
	return c
}

func documentPage(documentFile, trustFile string, withTrust bool) ([]byte, error) {
	if _, err := verifyFile(documentFile, trustFile, ""); err != nil {
		return nil, err
	}
	document, err := os.ReadFile(documentFile)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	var trust []byte
	if withTrust {
		if trust, err = os.ReadFile(trustFile); err != nil {
			return nil, fmt.Errorf("page: %w", err)
		}
	}
	return web.WithDocument(document, trust), nil
}
