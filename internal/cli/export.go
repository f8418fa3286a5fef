package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
)

func newExport(env *environment) *cobra.Command {
	var read, out string
	c := &cobra.Command{
		Use:   "export passports/ID",
		Short: "Export a passport as a proof document that anyone can verify offline",
		Long:  "The passport must have been read and paid for: name the receipt (reads/ID), which `pcc report` shows.",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			profile, err := env.loadProfile("insurer-admin")
			if err != nil {
				return err
			}
			rest, err := profile.REST()
			if err != nil {
				return err
			}
			proof := &anchorv1.ExportProofResponse{}
			if err := rest.Call(c.Context(), "POST", "/v1/"+args[0]+":proof", &anchorv1.ExportProofRequest{Read: read}, proof); err != nil {
				return err
			}
			if err := os.WriteFile(out, proof.GetDocument(), 0o600); err != nil {
				return fmt.Errorf("export: %w", err)
			}
			env.printf("%s: %d bytes; %d events are journaled and not anchored yet\n", out, len(proof.GetDocument()), proof.GetNotYetAnchored())
			return nil
		},
	}
	c.Flags().StringVar(&read, "read", "", "receipt of the paid read, reads/ID")
	c.Flags().StringVarP(&out, "out", "o", "passport.json", "file to write")
	_ = c.MarkFlagRequired("read")
	return c
}
