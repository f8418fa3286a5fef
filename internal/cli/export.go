package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/client"
	anchorv1 "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/verify"
)

// exportOptions are the flags of `pcc export`.
type exportOptions struct {
	read, out string
	withhold  []string
	// vin is empty when the document is not to show whose tag it has.
	vin string
}

func newExport(env *environment) *cobra.Command {
	var options exportOptions
	var vinFromStdin bool
	c := &cobra.Command{
		Use:   "export passports/ID",
		Short: "Export a passport as a proof document that anyone can verify offline",
		Long: "The passport must have been read and paid for: name the receipt (reads/ID), which `pcc report` shows.\n\n" +
			"With --withhold the document does not show a class of events (such as usage), or one event by its position in the\n" +
			"journal (such as ingest/oem/17); its readers still see that, and how much, is missing. With --vin-stdin those who know the\n" +
			"VIN can verify that the document is about it; without, nobody can tell from the document which vehicle it is about.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			profile, err := env.loadProfile("insurer-admin")
			if err != nil {
				return err
			}
			rest, err := profile.REST()
			if err != nil {
				return err
			}
			if vinFromStdin {
				if options.vin, err = readVIN(c.InOrStdin()); err != nil {
					return err
				}
			}
			proof, err := exportProof(c.Context(), rest, args[0], options)
			if err != nil {
				return err
			}
			if err := os.WriteFile(options.out, proof.GetDocument(), 0o600); err != nil {
				return fmt.Errorf("export: %w", err)
			}
			env.printf("%s: %d bytes; %d events are journaled and not anchored yet\n", options.out, len(proof.GetDocument()), proof.GetNotYetAnchored())
			return nil
		},
	}
	c.Flags().StringVar(&options.read, "read", "", "receipt of the paid read, reads/ID")
	c.Flags().StringVarP(&options.out, "out", "o", "passport.json", "file to write")
	c.Flags().StringSliceVar(&options.withhold, "withhold", nil, "class of events, or position of an event, not to show; may be repeated")
	c.Flags().BoolVar(&vinFromStdin, "vin-stdin", false, "read the vehicle's VIN from standard input, for readers who know it")
	_ = c.MarkFlagRequired("read")
	return c
}

// exportProof asks for the document. The VIN, if there is one, goes to the vault and nowhere else.
func exportProof(ctx context.Context, rest *client.REST, passport string, options exportOptions) (*anchorv1.ExportProofResponse, error) {
	req := &anchorv1.ExportProofRequest{Read: options.read}
	req.WithholdClasses, req.WithholdEvents = splitWithheld(options.withhold)
	proven := &vaultv1.ProveVehicleResponse{}
	if options.vin != "" {
		if err := rest.Call(ctx, "POST", "/v1/vehicles:prove", &vaultv1.ProveVehicleRequest{Vin: options.vin}, proven); err != nil {
			return nil, err
		}
		req.TagProof = &anchorv1.TagProof{Blind: proven.GetBlind()}
		for _, p := range proven.GetParts() {
			req.TagProof.Parts = append(req.TagProof.Parts, &anchorv1.TagPart{
				Index: p.GetIndex(), Key: p.GetKey(), Evaluation: p.GetEvaluation(), Proof: p.GetProof(),
			})
		}
	}
	resp := &anchorv1.ExportProofResponse{}
	if err := rest.Call(ctx, "POST", "/v1/"+passport+":proof", req, resp); err != nil {
		return nil, err
	}
	var d verify.Document
	if err := json.Unmarshal(resp.GetDocument(), &d); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	if options.vin != "" && !bytes.Equal(d.Tag, proven.GetTag()) {
		return nil, errors.New("export: the passport is not that of the vehicle with this VIN")
	}
	return resp, nil
}

// splitWithheld tells the positions of events, which have slashes, from classes.
func splitWithheld(withhold []string) (classes, events []string) {
	for _, w := range withhold {
		if strings.Contains(w, "/") {
			events = append(events, w)
		} else {
			classes = append(classes, w)
		}
	}
	return classes, events
}
