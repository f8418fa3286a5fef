package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/accesskey"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// policyProfile is the development profile that policies are asked for as.
const policyProfile = "oem-admin"

func newPolicy(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "policy",
		Short: "Say who may read the confidential data of a vehicle",
		Long: "A policy is of one ownership period. It is on the ledger, under a random id, and changes by the signatures that it asks\n" +
			"for itself. docs/access-policies.md has the grammar, with examples.",
	}
	c.AddCommand(newPolicyCreate(env), newPolicyList(env), newPolicyShow(env), newPolicyEdit(env), newPolicyDryRun(env), newPolicyEvolve(env))
	return c
}

func newPolicyCreate(env *environment) *cobra.Command {
	var owner string
	c := &cobra.Command{
		Use:   "create PASSPORT",
		Short: "Open the policy of the present ownership period",
		Long: "For the member that serves the holder. The owner's key decides on everything; it is made when the file is not there. Use\n" +
			"another one for each vehicle and owner: the same key on two policies joins them. Without a key nobody reads.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			req := &accessv1.CreatePolicyRequest{Parent: args[0]}
			if owner != "" {
				key, err := keyIn(owner)
				if err != nil {
					return err
				}
				req.OwnerKey = key.String()
			}
			return env.withPolicies(func(policies accessv1.PolicyServiceClient) error {
				resp, err := policies.CreatePolicy(c.Context(), req)
				if err != nil {
					return err
				}
				env.printf("%s\n", resp.GetPolicy().GetName())
				return nil
			})
		},
	}
	c.Flags().StringVar(&owner, "owner-key", "", "file of the owner's key")
	return c
}

// keyIn reads a key, or makes it when the file is not there.
func keyIn(file string) (accesskey.Key, error) {
	key, err := accesskey.Read(file)
	if errors.Is(err, os.ErrNotExist) {
		return accesskey.Create(file)
	}
	return key, err
}

func newPolicyList(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "list PASSPORT", Short: "List the policies of a passport, that of the present period first", Args: cobra.ExactArgs(1)}
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return env.withPolicies(func(policies accessv1.PolicyServiceClient) error {
			resp, err := policies.ListPolicies(c.Context(), &accessv1.ListPoliciesRequest{Parent: args[0]})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp)
			}
			w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "policy\tperiod\tversion\tsteward")
			for _, p := range resp.GetPolicies() {
				_, _ = fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", p.GetName(), p.GetOwnershipPeriod(), p.GetVersion(), p.GetSteward())
			}
			return w.Flush()
		})
	}
	return c
}

func newPolicyShow(env *environment) *cobra.Command {
	req := &accessv1.GetPolicyRequest{}
	c := &cobra.Command{
		Use:   "show POLICY",
		Short: "Print a policy's text as the ledger has it",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			req.Name = args[0]
			return env.withPolicies(func(policies accessv1.PolicyServiceClient) error {
				resp, err := policies.GetPolicy(c.Context(), req)
				if err != nil {
					return err
				}
				env.printf("%s", resp.GetPolicy().GetText())
				return nil
			})
		},
	}
	c.Flags().Uint64Var(&req.Version, "version", 0, "a version that is not the latest")
	return c
}

func newPolicyDryRun(env *environment) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "dry-run POLICY",
		Short: "Say who could read what under a version before it is signed",
		Long: "Lists for each event class the smallest sets of identities that open it, under the latest version and under the text:\n" +
			"\"+\" is a way that the text opens, \"-\" one that it closes, \"~\" one whose purposes change.",
		Args: cobra.ExactArgs(1),
	}
	c.Flags().StringVar(&file, "text", "", "file with the next version, as `pcc policy edit` prints it")
	_ = c.MarkFlagRequired("text")
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		text, err := os.ReadFile(file) // #nosec G304 -- the caller's own file
		if err != nil {
			return fmt.Errorf("policy: %w", err)
		}
		return env.withPolicies(func(policies accessv1.PolicyServiceClient) error {
			resp, err := policies.DryRunPolicy(c.Context(), &accessv1.DryRunPolicyRequest{Name: args[0], Text: string(text)})
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp)
			}
			if !resp.GetComplete() {
				c.PrintErrln("there are more ways than these")
			}
			return printWays(env, resp.GetWays())
		})
	}
	return c
}

func printWays(env *environment, ways []*accessv1.WayOfReading) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "\tclass\twho signs\tpurposes now\tpurposes then")
	for _, way := range ways {
		now, then := strings.Join(way.GetPurposesNow(), ","), strings.Join(way.GetPurposesThen(), ",")
		change := " "
		switch {
		case now == "":
			change = "+"
		case then == "":
			change = "-"
		case now != then:
			change = "~"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", change, way.GetClass(), strings.Join(way.GetIdentities(), " & "), now, then)
	}
	return w.Flush()
}

func (e *environment) withPolicies(f func(accessv1.PolicyServiceClient) error) error {
	conn, closeConn, err := e.connect(policyProfile, "access")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(accessv1.NewPolicyServiceClient(conn))
}
