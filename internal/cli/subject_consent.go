package cli

import (
	"encoding/hex"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

func newSubjectConsent(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "consent", Short: "Keep the consents that holders' keys signed"}
	c.AddCommand(newConsentRecord(env), newConsentList(env), newConsentWithdraw(env))
	return c
}

func newConsentRecord(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "record HOLDER FILE",
		Short: "Keep the text of a consent, as the holder's key signed it",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[1])
			if err != nil {
				return err
			}
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				resp, err := desk.RecordConsent(c.Context(), &vaultv1.RecordConsentRequest{
					RequestId: uuid.NewString(), Holder: args[0], Text: string(text),
				})
				if err != nil {
					return err
				}
				env.printf("%s with the hash %s\n", resp.GetConsent().GetName(), hex.EncodeToString(resp.GetConsent().GetHash()))
				return nil
			})
		},
	}
}

func newConsentList(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "list HOLDER",
		Short: "List the consents of a holder",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				resp, err := desk.ListConsents(c.Context(), &vaultv1.ListConsentsRequest{Holder: args[0]})
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
				_, _ = fmt.Fprintln(w, "consent\tuntil\twithdrawn\thash")
				for _, one := range resp.GetConsents() {
					withdrawn := "no"
					if one.GetWithdrawTime() != nil {
						withdrawn = day(one.GetWithdrawTime())
					}
					_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", one.GetName(), day(one.GetExpireTime()), withdrawn, hex.EncodeToString(one.GetHash()))
				}
				return w.Flush()
			})
		},
	}
}

func newConsentWithdraw(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "withdraw CONSENT",
		Short: "Record a withdrawal, and print its text for the holder's key to sign",
		Long: "Records that the holder withdrew the consent, and prints the withdrawal. Signed by the holder's key and recorded on the ledger,\n" +
			"it ends what the consent permits.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				resp, err := desk.WithdrawConsent(c.Context(), &vaultv1.WithdrawConsentRequest{Name: args[0]})
				if err != nil {
					return err
				}
				env.printf("%s", resp.GetWithdrawal())
				return nil
			})
		},
	}
}
