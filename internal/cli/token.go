package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/devissuer"
)

func newToken(env *environment) *cobra.Command {
	var member, name string
	var lifetime time.Duration
	c := &cobra.Command{
		Use:   "token",
		Short: "Issue a bearer token of the development issuer",
		Long: "Signs a JWT for a principal of a member with the development issuer's key and prints it. What the principal may\n" +
			"do with it is decided by its relations, as with any other issuer's token.",
		Example: "  curl --cacert .pcc/dev/pki/ca.crt -H \"Authorization: Bearer $(bin/pcc token --member insurer --name admin)\" ...",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			layout, err := env.layout()
			if err != nil {
				return err
			}
			info, err := layout.LoadInfo()
			if err != nil {
				return err
			}
			issuer, err := devissuer.Open(info.Issuer, layout.IssuerKeyFile())
			if err != nil {
				return err
			}
			token, err := issuer.Token(authn.Principal{Member: member, Name: name}, time.Now(), lifetime)
			if err != nil {
				return err
			}
			env.printf("%s\n", token)
			return nil
		},
	}
	c.Flags().StringVar(&member, "member", "", "member id, for example insurer")
	c.Flags().StringVar(&name, "name", "admin", "principal within the member")
	c.Flags().DurationVar(&lifetime, "lifetime", time.Hour, "validity of the token, at most 24h")
	_ = c.MarkFlagRequired("member")
	return c
}
