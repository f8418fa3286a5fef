package cli

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/accesskey"
	"github.com/pcc-platform/pcc/internal/config"
	"github.com/pcc-platform/pcc/internal/fabricgw"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

func newAccess(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "access",
		Short: "Ask to read confidential data, and see who did",
		Long:  "Requests are recorded on the ledger before anybody answers them; docs/access-policies.md says what they need.",
	}
	key := &cobra.Command{Use: "key", Short: "The key by which a member signs"}
	key.AddCommand(newAccessKeyCreate(env), newAccessKeyRegister(env))
	c.AddCommand(key, newAccessRequest(env), newAccessOpen(env), newAccessList(env), newAccessRevoke(env))
	return c
}

func newAccessKeyCreate(env *environment) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "create",
		Short: "Make a key, and print its public half",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			key, err := accesskey.Create(file)
			if err != nil {
				return err
			}
			env.printf("%s\n", key)
			return nil
		},
	}
	c.Flags().StringVar(&file, "file", "", "new file for the key")
	_ = c.MarkFlagRequired("file")
	return c
}

func newAccessKeyRegister(env *environment) *cobra.Command {
	var file, member, settings string
	c := &cobra.Command{
		Use:   "register",
		Short: "Enter a member's access key on the ledger, or replace it",
		Long: "Enters it under the member's own identity and through its own peer: endpoint, tls_ca_file, msp_id, certificate_file, key_file,\n" +
			"channel and chaincode in the file of --ledger.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			key, err := accesskey.Read(file)
			if err != nil {
				return err
			}
			var ledger fabricgw.Settings
			if err := config.Load(settings, &ledger); err != nil {
				return err
			}
			version, err := registerKey(c, ledger, member, key)
			if err != nil {
				return err
			}
			env.printf("%s version %d: %s\n", member, version, key)
			return nil
		},
	}
	c.Flags().StringVar(&file, "file", "", "file of the key")
	c.Flags().StringVar(&member, "member", "", "id of the member")
	c.Flags().StringVar(&settings, "ledger", "", "file that says where the member's peer is")
	for _, flag := range []string{"file", "member", "ledger"} {
		_ = c.MarkFlagRequired(flag)
	}
	return c
}

// registerKey writes the version after the one that the ledger has.
func registerKey(c *cobra.Command, settings fabricgw.Settings, member string, key accesskey.Key) (version uint64, err error) {
	cfg, err := settings.Config()
	if err != nil {
		return 0, fmt.Errorf("access key: %w", err)
	}
	cfg.Transient = func(reason string) bool { return model.Reason(reason).Transient() }
	ledger, err := fabricgw.Connect(cfg)
	if err != nil {
		return 0, err
	}
	defer ledger.Close()
	record := access.Key{Member: member, Version: 1, Key: key.Identity()}
	if latest, err := ledger.Evaluate(c.Context(), "access:GetAccessKey", member); err == nil {
		before, err := access.ParseKey(latest)
		if err != nil {
			return 0, fmt.Errorf("access key: %w", err)
		}
		if before.Key == record.Key {
			return before.Version, nil
		}
		record.Version = before.Version + 1
	}
	text, err := record.Canonical()
	if err != nil {
		return 0, fmt.Errorf("access key: %w", err)
	}
	_, err = ledger.Submit(c.Context(), "access:RegisterAccessKey", string(text), accesskey.Sign(text, key.Itself()).String())
	return record.Version, err
}

func newAccessList(env *environment) *cobra.Command {
	req := &accessv1.ListReadRequestsRequest{}
	c := &cobra.Command{
		Use:   "list POLICY",
		Short: "List who asked to read, when and why, and what was answered",
		Long:  "The policy's steward sees all requests, other members their own.",
		Args:  cobra.ExactArgs(1),
	}
	c.Flags().StringVar(&req.PageToken, "page-token", "", "go on where a page ended")
	format := addOutput(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		req.Parent = args[0]
		return env.withReadRequests(func(requests accessv1.ReadRequestServiceClient) error {
			resp, err := requests.ListReadRequests(c.Context(), req)
			if err != nil {
				return err
			}
			if *format == outputJSON {
				return printProto(env, resp)
			}
			tellNext(c, resp.GetNextPageToken())
			return printReadRequests(env, resp.GetReadRequests())
		})
	}
	return c
}

func printReadRequests(env *environment, requests []*accessv1.ReadRequest) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "when\twho\twhat\twhy\tuntil\tanswers\trequest")
	for _, r := range requests {
		until := r.GetExpireTime().AsTime().Format(time.RFC3339)
		if r.GetRevokeTime() != nil {
			until = "revoked " + r.GetRevokeTime().AsTime().Format(time.RFC3339)
		}
		_, _ = fmt.Fprintln(w, strings.Join([]string{
			r.GetCreateTime().AsTime().Format(time.RFC3339), r.GetReader(), r.GetClass(), r.GetPurpose(), until, strconv.Itoa(len(r.GetAnswers())), r.GetName(),
		}, "\t"))
	}
	return w.Flush()
}

func (e *environment) withReadRequests(f func(accessv1.ReadRequestServiceClient) error) error {
	conn, closeConn, err := e.connect(policyProfile, "access")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(accessv1.NewReadRequestServiceClient(conn))
}
