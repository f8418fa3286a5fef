package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/accesskey"
	"github.com/pcc-platform/pcc/internal/confidential/directory"
	"github.com/pcc-platform/pcc/internal/readerkey"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

func newAccessRequest(env *environment) *cobra.Command {
	var class, purpose, kind, owner, memberKey, readerFile string
	var w directory.Wish
	c := &cobra.Command{
		Use:   "request POLICY",
		Short: "Record on the ledger a request to read",
		Long: "Takes the owner's consents that cover it, or the owner's signature, and writes the key that trustees and vault seal to into\n" +
			"a new file. `pcc access open` does this and the reading in one.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			w.Policy, w.Class, w.Purpose, w.Kind = args[0], access.Class(class), access.Purpose(purpose), readerkey.Kind(kind)
			var err error
			if w.Signer, err = accesskey.Read(memberKey); err != nil {
				return err
			}
			if owner != "" {
				key, err := accesskey.Read(owner)
				if err != nil {
					return err
				}
				w.Others = []accesskey.Signer{key.Itself()}
			}
			conn, closeConn, err := env.connect(policyProfile, "access")
			if err != nil {
				return err
			}
			defer closeConn()
			name, secret, err := directory.New(conn).Request(c.Context(), w)
			if err != nil {
				return err
			}
			env.printf("%s\n", name)
			return writeReaderKey(readerFile, kind, secret)
		},
	}
	c.Flags().StringVar(&class, "class", "", "event class, such as damage")
	c.Flags().StringVar(&purpose, "purpose", "", "such as claim_assessment")
	c.Flags().StringVar(&kind, "kem", string(readerkey.XWing), "how answers are sealed: xwing, or x25519")
	c.Flags().StringVar(&w.Member, "member", "", "id of the member that reads")
	c.Flags().StringVar(&memberKey, "member-key", "", "file of its access key")
	c.Flags().StringVar(&owner, "owner-key", "", "file of the owner's key, which signs, too")
	c.Flags().StringVar(&readerFile, "reader", "", "new file for the key that answers are sealed to")
	c.Flags().DurationVar(&w.Lifetime, "lifetime", time.Hour, "how long trustees may answer")
	c.Flags().Uint64Var(&w.MaxAnswers, "answers", openAnswers, "answers of each trustee at most")
	for _, flag := range []string{"class", "purpose", "reader", "member", "member-key"} {
		_ = c.MarkFlagRequired(flag)
	}
	return c
}

func writeReaderKey(file, kind string, secret []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- the caller's own file
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	_, err = fmt.Fprintf(f, "%s %s\n", kind, hex.EncodeToString(secret))
	return errors.Join(err, f.Sync(), f.Close())
}

func newAccessRevoke(env *environment) *cobra.Command {
	var signers signerFlags
	c := &cobra.Command{
		Use:   "revoke REQUEST",
		Short: "End a request, as its reader or as the policy's rule for revoke allows",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, ok := access.ParseHash(path.Base(args[0]))
			if !ok || !strings.Contains(args[0], "/readRequests/") {
				return fmt.Errorf("revoke: %q is no request", args[0])
			}
			text, err := access.Revocation{Request: id}.Canonical()
			if err != nil {
				return fmt.Errorf("revoke: %w", err)
			}
			signed, err := signers.sign(text)
			if err != nil {
				return err
			}
			return env.withReadRequests(func(requests accessv1.ReadRequestServiceClient) error {
				_, err := requests.RevokeReadRequest(c.Context(), &accessv1.RevokeReadRequestRequest{Name: args[0], Revocation: signed})
				return err
			})
		},
	}
	signers.add(c)
	return c
}
