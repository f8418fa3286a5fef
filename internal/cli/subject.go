package cli

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/internal/devstack"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/verify/erasure"
)

func newSubject(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "subject",
		Short: "Act on the requests of data subjects: the holders that the member registered",
		Long: "Opens, answers and lists requests of holders by the General Data Protection Regulation, as an officer with the role\n" +
			"data_protection_officer. An answer is due within a month.",
	}
	c.AddCommand(newSubjectOpen(env), newSubjectList(env), newSubjectExtend(env), newSubjectRefuse(env), newSubjectExport(env),
		newSubjectRectify(env), newSubjectRestrict(env), newSubjectLift(env), newSubjectConsent(env), newSubjectErase(env),
		newSubjectCertificate(env), newSubjectVerifyCertificate(env))
	return c
}

func newSubjectOpen(env *environment) *cobra.Command {
	var scope, received string
	c := &cobra.Command{
		Use:     "open KIND HOLDER",
		Short:   "Record that a holder made use of a right",
		Long:    "KIND is access, rectification, restriction, objection or erasure; HOLDER is holders/{holder}, as registered by the member.",
		Example: "  pcc subject open erasure holders/0a… --scope vehicle --profile insurer-admin",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			req := &vaultv1.OpenSubjectRequestRequest{
				RequestId: uuid.NewString(), Holder: args[1],
				Kind:  vaultv1.SubjectRequestKind(valueNamed(vaultv1.SubjectRequestKind_value, "SUBJECT_REQUEST_KIND_", args[0])),
				Scope: vaultv1.SubjectScope(valueNamed(vaultv1.SubjectScope_value, "SUBJECT_SCOPE_", scope)),
			}
			var err error
			if req.ReceiveTime, err = dayNamed(received); err != nil {
				return err
			}
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				resp, err := desk.OpenSubjectRequest(c.Context(), req)
				if err != nil {
					return err
				}
				env.printf("%s, to be answered by %s\n", resp.GetSubjectRequest().GetName(), day(resp.GetSubjectRequest().GetDueTime()))
				return nil
			})
		},
	}
	c.Flags().StringVar(&scope, "scope", "holder", "what it reaches: holder, or vehicle (the VIN and all that hangs on it; for the latest holder)")
	c.Flags().StringVar(&received, "received", "", "day on which it came in, as in 2026-03-31 (default today)")
	return c
}

func newSubjectList(env *environment) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List requests by their deadline",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
				_, _ = fmt.Fprintln(w, "request\tkind\tstate\tdue\tholder")
				req := &vaultv1.ListSubjectRequestsRequest{IncludeEnded: all}
				for {
					page, err := desk.ListSubjectRequests(c.Context(), req)
					if err != nil {
						return err
					}
					for _, r := range page.GetSubjectRequests() {
						_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.GetName(), lowerName(r.GetKind().String(), "SUBJECT_REQUEST_KIND_"),
							stateOf(r), day(r.GetDueTime()), r.GetHolder())
					}
					if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
						return w.Flush()
					}
				}
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "also those that are answered")
	return c
}

func newSubjectExtend(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "extend REQUEST REASON",
		Short: "Take two months more for an answer: complexity or number_of_requests",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				resp, err := desk.ExtendSubjectRequest(c.Context(), &vaultv1.ExtendSubjectRequestRequest{
					Name: args[0], Reason: vaultv1.ExtensionReason(valueNamed(vaultv1.ExtensionReason_value, "EXTENSION_REASON_", args[1])),
				})
				if err != nil {
					return err
				}
				env.printf("to be answered by %s\n", day(resp.GetSubjectRequest().GetDueTime()))
				return nil
			})
		},
	}
}

func newSubjectRefuse(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "refuse REQUEST REASON",
		Short: "Refuse a request: not_identified, unfounded, excessive, legal_obligation or legal_claims",
		Args:  cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				_, err := desk.RefuseSubjectRequest(c.Context(), &vaultv1.RefuseSubjectRequestRequest{
					Name: args[0], Reason: vaultv1.RefusalReason(valueNamed(vaultv1.RefusalReason_value, "REFUSAL_REASON_", args[1])),
				})
				if err != nil {
					return err
				}
				env.printf("%s is refused\n", args[0])
				return nil
			})
		},
	}
}

func newSubjectErase(env *environment) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "erase REQUEST",
		Short: "Erase what a request reaches, for good, and write the signed certificate",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				resp, err := desk.EraseSubject(c.Context(), &vaultv1.EraseSubjectRequest{Name: args[0]})
				if err != nil {
					return err
				}
				return env.writeCertificate(out, resp.GetCertificate())
			})
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "erasure.cose", "file for the certificate")
	return c
}

func newSubjectCertificate(env *environment) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "certificate REQUEST",
		Short: "Write the certificate of a completed erasure again",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withSubjects(func(desk vaultv1.SubjectServiceClient) error {
				resp, err := desk.GetSubjectRequest(c.Context(), &vaultv1.GetSubjectRequestRequest{Name: args[0]})
				if err != nil {
					return err
				}
				if resp.GetCertificate() == nil {
					return fmt.Errorf("%s has no certificate: it is %s", args[0], stateOf(resp.GetSubjectRequest()))
				}
				return env.writeCertificate(out, resp.GetCertificate())
			})
		},
	}
	c.Flags().StringVarP(&out, "out", "o", "erasure.cose", "file for the certificate")
	return c
}

func newSubjectVerifyCertificate(env *environment) *cobra.Command {
	var key string
	c := &cobra.Command{
		Use:   "verify-certificate FILE",
		Short: "Verify a certificate of erasure, offline",
		Long: "Checks the signature and prints what was erased. The key is the vault's, base64, from whom the reader trusts; what erase\n" +
			"prints is what the platform says.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			public, err := base64.StdEncoding.DecodeString(key)
			if err != nil || len(public) != ed25519.PublicKeySize {
				return errors.New("--key is not a public key, 32 bytes in base64")
			}
			signed, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			certificate, err := erasure.Open(signed, public)
			if err != nil {
				return err
			}
			text, err := json.MarshalIndent(certificate, "", "  ")
			if err != nil {
				return err
			}
			env.printf("%s\n", text)
			return nil
		},
	}
	c.Flags().StringVar(&key, "key", "", "the vault's public key for certificates, base64")
	return c
}

func (e *environment) writeCertificate(file string, c *vaultv1.ErasureCertificate) error {
	if err := os.WriteFile(file, c.GetSigned(), 0o600); err != nil {
		return err
	}
	e.printf("certificate in %s, signed by the key %s\n", file, base64.StdEncoding.EncodeToString(c.GetPublicKey()))
	return nil
}

func (e *environment) withSubjects(do func(vaultv1.SubjectServiceClient) error) error {
	conn, closeConn, err := e.connect(devstack.AdminProfile("oem"), "vault")
	if err != nil {
		return err
	}
	defer closeConn()
	return do(vaultv1.NewSubjectServiceClient(conn))
}

// valueNamed is the value of that name; the service refuses the unspecified one, which all other names are.
func valueNamed(values map[string]int32, prefix, name string) int32 {
	return values[prefix+strings.ToUpper(name)]
}

func lowerName(name, prefix string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }

func stateOf(r *vaultv1.SubjectRequest) string {
	if r.GetOverdue() {
		return "overdue"
	}
	return lowerName(r.GetState().String(), "SUBJECT_REQUEST_STATE_")
}

func day(t interface{ AsTime() time.Time }) string { return t.AsTime().Format(time.DateOnly) }
