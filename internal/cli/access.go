package cli

import "github.com/spf13/cobra"

func newAccess(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "access",
		Short: "Read confidential data for which the ledger has a policy",
	}
	c.AddCommand(newAccessOpen(env))
	return c
}
