package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/verify/balance"
)

func newBalanceProof(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "balance-proof", Short: "Prove that the member's balances are in the total of a closed cycle"}
	c.AddCommand(newBalanceProofGet(env), newBalanceProofVerify(env))
	return c
}

func newBalanceProofGet(env *environment) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:     "get CYCLE",
		Short:   "Get the member's proof of a closed cycle, and verify it",
		Example: "  pcc balance-proof get cycles/7 --out proof.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withCycles(payoutMember, func(cycles settlementv1.CycleServiceClient) error {
				resp, err := cycles.GetBalanceProof(c.Context(), &settlementv1.GetBalanceProofRequest{Name: args[0]})
				if err != nil {
					return err
				}
				raw, err := protojson.MarshalOptions{Multiline: true}.Marshal(resp.GetProof())
				if err != nil {
					return fmt.Errorf("balance-proof: %w", err)
				}
				if err := os.WriteFile(out, raw, 0o600); err != nil {
					return fmt.Errorf("balance-proof: %w", err)
				}
				return printBalances(env, resp.GetProof())
			})
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "balance-proof.json", "file to write")
	return c
}

func newBalanceProofVerify(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "verify FILE",
		Short: "Verify a proof offline",
		Long: "Shows the balances that are in the total, and the entry of the journal that commits to it: compare it with the stream that\n" +
			"the member's own replica or witness has. Exits with 0 only when the proof holds and the total is covered.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			raw, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("balance-proof: %w", err)
			}
			proof := &settlementv1.BalanceProof{}
			if err := protojson.Unmarshal(raw, proof); err != nil {
				return fmt.Errorf("balance-proof: %w", err)
			}
			return printBalances(env, proof)
		},
	}
}

// printBalances verifies a proof and says what it shows.
func printBalances(env *environment, p *settlementv1.BalanceProof) error {
	r, err := balance.Verify(p)
	if err != nil {
		return err
	}
	amount := func(units int64) string { return settlement.Amount(units).String() }
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, b := range r.Balances {
		_, _ = fmt.Fprintf(w, "%s\t%s\t\n", b.GetAccount(), amount(b.GetBalance()))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	env.printf("%s of %s: in the total of %s\n", r.Close.GetCycle(), r.Member, amount(r.Close.GetTotal()))
	env.printf("covered by reserve %s, unconfirmed receipts %s and credit %s\n",
		amount(r.Close.GetReserve()), amount(r.Close.GetUnconfirmed()), amount(r.Close.GetCredit()))
	env.printf("journaled in %s at %d or behind, entry %s\n", p.GetStream(), p.GetJournaledAfter(), hex.EncodeToString(r.Commitment[:]))
	if !r.Covered() {
		return errors.New("balance-proof: the total is NOT covered")
	}
	return nil
}
