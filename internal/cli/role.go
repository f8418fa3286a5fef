package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/devstack"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const rolesHelp = "administrator, contributor (enrols vehicles, sends events), reader (buys reports),\n" +
	"registrar (life cycle, ownership), accountant (accounts, payouts) or\n" +
	"data_protection_officer (requests of data subjects)"

func newRole(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "role", Short: "Say which of the member's people and machines may do what"}
	c.AddCommand(newRoleGrant(env), newRoleRevoke(env), newRoleList(env))
	return c
}

func newRoleGrant(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "grant PRINCIPAL ROLE",
		Short:   "Give a principal of the member a role",
		Long:    "Gives a principal, {member}/{name} as in its certificate or token, a role:\n" + rolesHelp + ".\nIt has effect within seconds.",
		Example: "  pcc role grant insurer/analyst reader --profile insurer-admin",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withRoles(func(roles registryv1.RoleServiceClient) error {
				resp, err := roles.GrantRole(c.Context(), &registryv1.GrantRoleRequest{Principal: args[0], Role: roleNamed(args[1])})
				if err != nil {
					return err
				}
				env.printf("%s is %s since %s\n", resp.GetRoleGrant().GetPrincipal(), roleName(resp.GetRoleGrant().GetRole()),
					resp.GetRoleGrant().GetGrantTime().AsTime().Format(time.RFC3339))
				return nil
			})
		},
	}
}

func newRoleRevoke(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "revoke PRINCIPAL ROLE",
		Short:   "Take a role away from a principal of the member",
		Long:    "Takes a role away:\n" + rolesHelp + ".\nCalls under way end as they would have; new ones are refused within seconds.",
		Example: "  pcc role revoke insurer/analyst reader --profile insurer-admin",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withRoles(func(roles registryv1.RoleServiceClient) error {
				_, err := roles.RevokeRole(c.Context(), &registryv1.RevokeRoleRequest{Principal: args[0], Role: roleNamed(args[1])})
				if err != nil {
					return err
				}
				env.printf("%s is no %s any more\n", args[0], args[1])
				return nil
			})
		},
	}
}

func newRoleList(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the roles of the member's principals",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return env.withRoles(func(roles registryv1.RoleServiceClient) error {
				w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
				_, _ = fmt.Fprintln(w, "principal\trole\tgranted\tby")
				req := &registryv1.ListRoleGrantsRequest{}
				for {
					page, err := roles.ListRoleGrants(c.Context(), req)
					if err != nil {
						return err
					}
					for _, g := range page.GetRoleGrants() {
						_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", g.GetPrincipal(), roleName(g.GetRole()),
							g.GetGrantTime().AsTime().Format(time.RFC3339), g.GetGrantedBy())
					}
					if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
						return w.Flush()
					}
				}
			})
		},
	}
}

func (e *environment) withRoles(do func(registryv1.RoleServiceClient) error) error {
	conn, closeConn, err := e.connect(devstack.AdminProfile("oem"), "registry")
	if err != nil {
		return err
	}
	defer closeConn()
	return do(registryv1.NewRoleServiceClient(conn))
}

// roleNamed is the role of that name; the service refuses the unspecified one, which all other names are.
func roleNamed(name string) registryv1.Role {
	return registryv1.Role(registryv1.Role_value["ROLE_"+strings.ToUpper(name)])
}

func roleName(r registryv1.Role) string {
	return strings.ToLower(strings.TrimPrefix(r.String(), "ROLE_"))
}
