package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/sourcesign"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
	"github.com/pcc-platform/pcc/verify"
)

// keysProfile is whose keys the commands are about when no profile is named.
const keysProfile = "oem-admin"

func newKeys(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "keys", Short: "Manage the keys with which sources and vehicles sign their events"}
	c.AddCommand(newKeysCreate(env), newKeysRegister(env), newKeysRevoke(env), newKeysList(env))
	return c
}

func newKeysCreate(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "create FILE",
		Short: "Make a private key, Ed25519 in PKCS #8",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			public, err := sourcesign.CreateKey(args[0])
			if err != nil {
				return err
			}
			env.printf("sourceKeys/%s\n", public.ID())
			return nil
		},
	}
}

func newKeysRegister(env *environment) *cobra.Command {
	var source, passport string
	c := &cobra.Command{
		Use:   "register FILE",
		Short: "Enrol the public half of a key for a source of the member",
		Long: "Enrols the public half of a private key, Ed25519 or P-256 in PKCS #8, and shows that the private half is here.\n" +
			"From then on the source has to sign. A key with --passport is the vehicle's own: it signs for that vehicle only.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			req, err := enrolment(args[0], source, passport)
			if err != nil {
				return err
			}
			return env.withKeys(func(keys ingestv1.SourceKeyServiceClient) error {
				resp, err := keys.RegisterSourceKey(c.Context(), req)
				if err != nil {
					return err
				}
				env.printf("%s signs for %s\n", resp.GetKey().GetName(), source)
				return nil
			})
		},
	}
	c.Flags().StringVar(&source, "source", "", "the events' source, for example /members/oem/cloud")
	c.Flags().StringVar(&passport, "passport", "", "passports/… of the vehicle that holds the key")
	_ = c.MarkFlagRequired("source")
	return c
}

func enrolment(keyFile, source, passport string) (*ingestv1.RegisterSourceKeyRequest, error) {
	key, err := sourcesign.LoadKey(keyFile)
	if err != nil {
		return nil, err
	}
	public, err := signing.NewPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	sealed, err := signing.SignEnrolment(key, signing.Enrolment{Source: source, Passport: passport})
	if err != nil {
		return nil, err
	}
	return &ingestv1.RegisterSourceKeyRequest{
		RequestId: uuid.NewString(), Source: source, Passport: passport, PublicKey: public.DER(), Enrolment: sealed,
	}, nil
}

func newKeysRevoke(env *environment) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use:   "revoke KEY",
		Short: "End a key now: what was journaled before stays signed",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			req := &ingestv1.RevokeSourceKeyRequest{
				RequestId: uuid.NewString(), Name: "sourceKeys/" + strings.TrimPrefix(args[0], "sourceKeys/"), Reason: reason,
			}
			return env.withKeys(func(keys ingestv1.SourceKeyServiceClient) error {
				resp, err := keys.RevokeSourceKey(c.Context(), req)
				if err != nil {
					return err
				}
				env.printf("%s ends before entry %d of the member's stream\n", resp.GetKey().GetName(), resp.GetKey().GetEndSequence())
				return nil
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why, for those who verify")
	return c
}

func newKeysList(env *environment) *cobra.Command {
	var asTrust bool
	c := &cobra.Command{
		Use:   "list PARENT",
		Short: "List the keys of a member (members/…) or of a vehicle (passports/…)",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withKeys(func(keys ingestv1.SourceKeyServiceClient) error {
				all, err := allKeys(c.Context(), keys, args[0])
				if err != nil {
					return err
				}
				if asTrust {
					return printTrustedKeys(env, all)
				}
				return printKeys(env, all)
			})
		},
	}
	c.Flags().BoolVar(&asTrust, "trust", false, `print the "source_keys" of a trust list for pcc verify`)
	return c
}

func allKeys(ctx context.Context, client ingestv1.SourceKeyServiceClient, parent string) (all []*ingestv1.SourceKey, err error) {
	req := &ingestv1.ListSourceKeysRequest{Parent: parent, PageSize: verify.MaxSourceKeys}
	for len(all) <= verify.MaxSourceKeys {
		page, err := client.ListSourceKeys(ctx, req)
		if err != nil {
			return nil, err
		}
		all = append(all, page.GetKeys()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return all, nil
		}
	}
	return nil, fmt.Errorf("keys: %s has more than %d; list those of a vehicle", parent, verify.MaxSourceKeys)
}

func printKeys(env *environment, keys []*ingestv1.SourceKey) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "key\talgorithm\tsource\tvehicle\tfrom entry\tbefore entry\treason")
	for _, k := range keys {
		end := "-"
		if k.EndSequence != nil {
			end = fmt.Sprint(k.GetEndSequence())
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n",
			k.GetName(), k.GetAlgorithm(), k.GetSource(), k.GetPassport(), k.GetFirstSequence(), end, k.GetRevokeReason())
	}
	return w.Flush()
}

func printTrustedKeys(env *environment, keys []*ingestv1.SourceKey) error {
	list := make([]verify.SourceKey, len(keys))
	for i, k := range keys {
		list[i] = verify.SourceKey{
			Source: k.GetSource(), Passport: k.GetPassport(), PublicKey: k.GetPublicKey(), FirstSequence: uint64(k.GetFirstSequence()),
		}
		if k.EndSequence != nil {
			end := uint64(k.GetEndSequence())
			list[i].EndSequence = &end
		}
	}
	encoder := json.NewEncoder(env.stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}

func (e *environment) withKeys(f func(ingestv1.SourceKeyServiceClient) error) error {
	conn, closeConn, err := e.connect(keysProfile, "ingest")
	if err != nil {
		return err
	}
	defer closeConn()
	return f(ingestv1.NewSourceKeyServiceClient(conn))
}
