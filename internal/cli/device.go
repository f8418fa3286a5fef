package cli

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/internal/devstack"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const defaultDeviceLifetime = 30 * 24 * time.Hour

func newDevice(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "device", Short: "Let cars and dongles send events over MQTT, and turn them away"}
	c.AddCommand(newDeviceToken(env), newDeviceList(env), newDeviceRevoke(env))
	return c
}

func newDeviceToken(env *environment) *cobra.Command {
	var lifetime time.Duration
	req := &registryv1.IssueDeviceTokenRequest{}
	c := &cobra.Command{
		Use:     "token",
		Aliases: []string{"issue"},
		Short:   "Issue the MQTT password of the device of one passport",
		Long: "Prints a password with which a device may publish events of the passport, as the member of the profile, and read the\n" +
			"answers. Its name, by which it is revoked, and the topics go to standard error.",
		Example: "  pcc device token --profile oem-admin --passport passports/14abd63d-3b67-4a9f-b8f5-1e6c197498db > password",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			req.Lifetime = durationpb.New(lifetime)
			return env.withDevices(func(devices registryv1.DeviceServiceClient) error {
				resp, err := devices.IssueDeviceToken(c.Context(), req)
				if err != nil {
					return err
				}
				c.PrintErrf("name      %s\nexpires   %s\nevents    %s\n          %s\n          %s\nanswers   %s\n",
					resp.GetDeviceToken().GetName(), resp.GetExpireTime().AsTime().Format(time.RFC3339),
					resp.GetJsonTopic(), resp.GetProtobufTopic(), resp.GetSignedTopic(), resp.GetAnswersTopic())
				env.printf("%s\n", resp.GetToken())
				return nil
			})
		},
	}
	c.Flags().StringVar(&req.Passport, "passport", "", "passports/{passport}")
	c.Flags().DurationVar(&lifetime, "lifetime", defaultDeviceLifetime, "validity, at most 400 days")
	c.Flags().StringVar(&req.DisplayName, "display-name", "", "to tell it from others in the list")
	_ = c.MarkFlagRequired("passport")
	return c
}

func newDeviceList(env *environment) *cobra.Command {
	var passport string
	var all bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the passwords that the member's devices have, the latest first",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return env.withDevices(func(devices registryv1.DeviceServiceClient) error {
				return env.listDevices(c.Context(), devices, &registryv1.ListDeviceTokensRequest{Parent: passport, OnlyValid: !all})
			})
		},
	}
	c.Flags().StringVar(&passport, "passport", "passports/-", "only those of one, passports/{passport}")
	c.Flags().BoolVar(&all, "all", false, "also those that are revoked or have expired")
	return c
}

func (e *environment) listDevices(ctx context.Context, devices registryv1.DeviceServiceClient, req *registryv1.ListDeviceTokensRequest) error {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "name\tcalled\tissued\tby\texpires\trevoked")
	for {
		page, err := devices.ListDeviceTokens(ctx, req)
		if err != nil {
			return err
		}
		for _, t := range page.GetDeviceTokens() {
			revoked := ""
			if t.GetRevokeTime() != nil {
				revoked = t.GetRevokeTime().AsTime().Format(time.RFC3339) + " by " + t.GetRevokedBy()
			}
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.GetName(), t.GetDisplayName(), t.GetIssueTime().AsTime().Format(time.RFC3339),
				t.GetIssuedBy(), t.GetExpireTime().AsTime().Format(time.RFC3339), revoked)
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return w.Flush()
		}
	}
}

func newDeviceRevoke(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "revoke NAME",
		Short:   "Withdraw a password: its device is disconnected and comes in no more",
		Example: "  pcc device revoke passports/14abd63d-3b67-4a9f-b8f5-1e6c197498db/deviceTokens/UD…",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withDevices(func(devices registryv1.DeviceServiceClient) error {
				req := &registryv1.RevokeDeviceTokenRequest{RequestId: uuid.NewString(), Name: args[0]}
				resp, err := devices.RevokeDeviceToken(c.Context(), req)
				if err != nil {
					return err
				}
				if resp.GetDeviceToken().GetRevokeTime() == nil {
					env.printf("expired %s\n", resp.GetDeviceToken().GetExpireTime().AsTime().Format(time.RFC3339))
					return nil
				}
				env.printf("revoked %s\n", resp.GetDeviceToken().GetRevokeTime().AsTime().Format(time.RFC3339))
				return nil
			})
		},
	}
}

// withDevices runs f as an administrator of a member, the maker's when no profile is named.
func (e *environment) withDevices(f func(registryv1.DeviceServiceClient) error) error {
	conn, closeConn, err := e.connect(devstack.AdminProfile("oem"), "registry")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(registryv1.NewDeviceServiceClient(conn))
}
