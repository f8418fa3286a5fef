package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/devstack"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const (
	// admissionPatience bounds how long admit waits for all steps, admissionPoll how often it looks.
	admissionPatience = time.Minute
	admissionPoll     = 150 * time.Millisecond
)

func newMember(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "member", Short: "Admit and list members of the consortium"}
	c.AddCommand(newMemberAdmit(env), newMemberList(env))
	return c
}

func newMemberAdmit(env *environment) *cobra.Command {
	var class, msp, caFile, displayName string
	var administrators []string
	c := &cobra.Command{
		Use:   "admit ID",
		Short: "Admit a member and wait until everything is set up",
		Long: "Enters the member into the directory and waits for the steps of its admission: Keto relations, messaging account,\n" +
			"settlement accounts, directory on the ledger.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ca, err := os.ReadFile(caFile)
			if err != nil {
				return fmt.Errorf("admit: %w", err)
			}
			conn, closeConn, err := env.connect(devstack.Operator, "registry")
			if err != nil {
				return err
			}
			defer closeConn()
			member := &registryv1.Member{
				Name: "members/" + args[0], DisplayName: displayName, MspId: msp, CaCertificates: string(ca), Administrators: administrators,
				MemberClass: registryv1.MemberClass(registryv1.MemberClass_value["MEMBER_CLASS_"+strings.ToUpper(class)]),
			}
			admitted, err := admit(c.Context(), conn, member)
			if err != nil {
				return err
			}
			env.printf("%s is %s\n", admitted.GetName(), admitted.GetState())
			return nil
		},
	}
	c.Flags().StringVar(&class, "class", "", "maker, insurer, garage, inspection_centre, dealer, fleet or authority")
	c.Flags().StringVar(&msp, "msp", "", "the member's id in Fabric, for example OemMSP")
	c.Flags().StringVar(&caFile, "ca", "", "PEM file of the authority that issues the member's client certificates")
	c.Flags().StringVar(&displayName, "display-name", "", "name of the organisation")
	c.Flags().StringSliceVar(&administrators, "administrator", nil, "principal that administers the member at first, ID/NAME")
	for _, required := range []string{"class", "msp", "ca", "display-name"} {
		_ = c.MarkFlagRequired(required)
	}
	return c
}

// admit admits a member, or finds it admitted, and waits until it is active.
func admit(ctx context.Context, registry grpc.ClientConnInterface, m *registryv1.Member) (*registryv1.Member, error) {
	client := registryv1.NewMemberServiceClient(registry)
	_, err := client.AdmitMember(ctx, &registryv1.AdmitMemberRequest{RequestId: uuid.NewString(), Member: m})
	if err != nil && apperr.ReasonOf(err) != "MEMBER_EXISTS" {
		return nil, err
	}
	for deadline := time.Now().Add(admissionPatience); ; {
		resp, err := client.GetMember(ctx, &registryv1.GetMemberRequest{Name: m.GetName()})
		if err != nil {
			return nil, err
		}
		if resp.GetMember().GetState() == registryv1.MemberState_MEMBER_STATE_ACTIVE {
			return resp.GetMember(), nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("admission of %s is not complete after %s; done: %v", m.GetName(), admissionPatience, resp.GetMember().GetCompletedSteps())
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(admissionPoll):
		}
	}
}

func newMemberList(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the members",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conn, closeConn, err := env.connect(devstack.Operator, "registry")
			if err != nil {
				return err
			}
			defer closeConn()
			w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
			_, _ = fmt.Fprintln(w, "member\tclass\tMSP\tstate\tname")
			req := &registryv1.ListMembersRequest{}
			for {
				page, err := registryv1.NewMemberServiceClient(conn).ListMembers(c.Context(), req)
				if err != nil {
					return err
				}
				for _, m := range page.GetMembers() {
					_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.GetName(), m.GetMemberClass(), m.GetMspId(), m.GetState(), m.GetDisplayName())
				}
				if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
					return w.Flush()
				}
			}
		},
	}
}

// connect opens one connection for a command, as the profile named by --profile or else fallback.
func (e *environment) connect(fallback, service string) (conn *grpc.ClientConn, closeConn func(), err error) {
	profile, err := e.loadProfile(fallback)
	if err != nil {
		return nil, nil, err
	}
	d := &dialer{}
	conn, err = d.dial(profile, service)
	if err != nil {
		return nil, nil, err
	}
	return conn, d.close, nil
}
