package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

func newSubjectExport(env *environment) *cobra.Command {
	var out, proof string
	c := &cobra.Command{
		Use:   "export REQUEST",
		Short: "Answer a request for access: all that is held of the person, as JSON and PDF",
		Long: "Writes {out}.json and {out}.pdf, both for the person alone. A proof document of the vehicle's passport, as pcc export makes it,\n" +
			"goes into both.",
		Example: "  pcc subject export subjectRequests/0a… --proof passport.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			req := &vaultv1.ExportSubjectRequest{Name: args[0]}
			if proof != "" {
				document, err := os.ReadFile(proof)
				if err != nil {
					return err
				}
				req.ProofDocument = document
			}
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				resp, err := desk.ExportSubject(c.Context(), req)
				if err != nil {
					return err
				}
				for name, content := range map[string][]byte{out + ".json": resp.GetDocument(), out + ".pdf": resp.GetPdf()} {
					if err := os.WriteFile(name, content, 0o600); err != nil {
						return err
					}
				}
				env.printf("%s.json and %s.pdf are for the person alone\n", out, out)
				return nil
			})
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "your-data", "files to write, without their endings")
	c.Flags().StringVar(&proof, "proof", "", "proof document of the vehicle's passport")
	return c
}

func newSubjectRectify(env *environment) *cobra.Command {
	var identity vaultv1.HolderIdentity
	var corrections []string
	c := &cobra.Command{
		Use:   "rectify REQUEST",
		Short: "Put the person's identity right, or name the events that correct wrong ones",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			req := &vaultv1.RectifySubjectRequest{Name: args[0], Corrections: corrections}
			if identity.GetFullName() != "" {
				req.Identity = &identity
			}
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				_, err := desk.RectifySubject(c.Context(), req)
				if err != nil {
					return err
				}
				env.printf("%s is completed\n", args[0])
				return nil
			})
		},
	}
	c.Flags().StringVar(&identity.FullName, "name", "", "full name as it is right; with it goes the whole identity")
	c.Flags().StringVar(&identity.Email, "email", "", "e-mail address")
	c.Flags().StringVar(&identity.PostalAddress, "address", "", "postal address")
	c.Flags().StringSliceVar(&corrections, "correction", nil, "events/{event} that corrects a wrong one")
	return c
}

func newSubjectRestrict(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "restrict REQUEST",
		Short: "Grant a restriction or objection: the data are stored and not processed",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				if _, err := desk.RestrictSubject(c.Context(), &vaultv1.RestrictSubjectRequest{Name: args[0]}); err != nil {
					return err
				}
				env.printf("processing is restricted until it is lifted\n")
				return nil
			})
		},
	}
}

func newSubjectLift(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "lift REQUEST",
		Short: "End the restriction that a request brought about; tell the person before",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				if _, err := desk.LiftRestriction(c.Context(), &vaultv1.LiftRestrictionRequest{Name: args[0]}); err != nil {
					return fmt.Errorf("lift: %w", err)
				}
				env.printf("the restriction is lifted\n")
				return nil
			})
		},
	}
}
