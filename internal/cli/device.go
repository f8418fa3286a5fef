package cli

import (
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/pcc-platform/pcc/internal/devstack"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
)

const defaultDeviceLifetime = 30 * 24 * time.Hour

func newDevice(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "device", Short: "Let cars and dongles send events over MQTT"}
	c.AddCommand(newDeviceIssue(env))
	return c
}

func newDeviceIssue(env *environment) *cobra.Command {
	var passport string
	var lifetime time.Duration
	c := &cobra.Command{
		Use:   "issue",
		Short: "Issue the MQTT password of the device of one passport",
		Long: "Prints a password with which a device may publish events of the passport, as the member of the profile, and read the\n" +
			"answers. It cannot be withdrawn before it expires. The topics go to standard error.",
		Example: "  pcc device issue --profile oem-admin --passport passports/14abd63d-3b67-4a9f-b8f5-1e6c197498db > password",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conn, closeConn, err := env.connect(devstack.AdminProfile("oem"), "registry")
			if err != nil {
				return err
			}
			defer closeConn()
			resp, err := registryv1.NewDeviceServiceClient(conn).IssueDeviceToken(c.Context(), &registryv1.IssueDeviceTokenRequest{
				Passport: passport, Lifetime: durationpb.New(lifetime),
			})
			if err != nil {
				return err
			}
			c.PrintErrf("expires   %s\nevents    %s\n          %s\n          %s\nanswers   %s\n", resp.GetExpireTime().AsTime().Format(time.RFC3339),
				resp.GetJsonTopic(), resp.GetProtobufTopic(), resp.GetSignedTopic(), resp.GetAnswersTopic())
			env.printf("%s\n", resp.GetToken())
			return nil
		},
	}
	c.Flags().StringVar(&passport, "passport", "", "passports/{passport}")
	c.Flags().DurationVar(&lifetime, "lifetime", defaultDeviceLifetime, "validity, at most 400 days")
	_ = c.MarkFlagRequired("passport")
	return c
}
