package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/accesskey"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// edit is what `pcc policy edit` changes.
type edit struct {
	rules, drop []string
	expiry      string
}

func newPolicyEdit(env *environment) *cobra.Command {
	var e edit
	c := &cobra.Command{
		Use:   "edit POLICY",
		Short: "Print the text of a policy's next version",
		Long: "Nothing is written: sign the text with `pcc policy evolve`, after `pcc policy dry-run` has said what it changes.\n\n" +
			"A rule is an action, its purposes and an expression, such as\n" +
			"  --rule 'read:damage claim_assessment (member:insurer & key:ed25519:…) | member:kba'",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return env.withPolicies(func(policies accessv1.PolicyServiceClient) error {
				resp, err := policies.GetPolicy(c.Context(), &accessv1.GetPolicyRequest{Name: args[0]})
				if err != nil {
					return err
				}
				text, err := e.next(resp.GetPolicy().GetText())
				if err != nil {
					return err
				}
				env.printf("%s", text)
				return nil
			})
		},
	}
	c.Flags().StringArrayVar(&e.rules, "rule", nil, "rule to set, again for each")
	c.Flags().StringArrayVar(&e.drop, "drop", nil, "action whose rule goes, again for each")
	c.Flags().StringVar(&e.expiry, "expiry", "", `time such as 2027-01-31T00:00:00Z, or "never"`)
	return c
}

// next returns the text of the version after the one given.
func (e edit) next(latest string) (string, error) {
	p, err := access.ParsePolicy([]byte(latest))
	if err != nil {
		return "", fmt.Errorf("policy: %w", err)
	}
	hash, err := p.Hash()
	if err != nil {
		return "", fmt.Errorf("policy: %w", err)
	}
	p.Version, p.PreviousHash = p.Version+1, hash
	switch e.expiry {
	case "":
	case "never":
		p.ExpiryUnixMilli = 0
	default:
		at, err := time.Parse(time.RFC3339, e.expiry)
		if err != nil {
			return "", fmt.Errorf("policy: %w", err)
		}
		p.ExpiryUnixMilli = at.UnixMilli()
	}
	for _, text := range e.rules {
		rule, err := parseRule(text)
		if err != nil {
			return "", err
		}
		p.Rules = append(without(p.Rules, rule.Action), rule)
	}
	for _, action := range e.drop {
		p.Rules = without(p.Rules, access.Action(action))
	}
	slices.SortFunc(p.Rules, func(a, b access.Rule) int { return strings.Compare(string(a.Action), string(b.Action)) })
	text, err := p.Canonical()
	if err != nil {
		return "", fmt.Errorf("policy: %w", err)
	}
	return string(text), nil
}

func without(rules []access.Rule, action access.Action) []access.Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r access.Rule) bool { return r.Action == action })
}

// parseRule takes purposes in any order, and an expression with any spaces.
func parseRule(text string) (access.Rule, error) {
	fields := strings.SplitN(strings.TrimSpace(text), " ", 3)
	if len(fields) != 3 {
		return access.Rule{}, fmt.Errorf("policy: %q is not an action, its purposes or *, and an expression", text)
	}
	expression, err := access.ParseExpression(fields[2])
	if err != nil {
		return access.Rule{}, fmt.Errorf("policy: rule for %s: %w", fields[0], err)
	}
	rule := access.Rule{Action: access.Action(fields[0]), Expression: expression}
	if fields[1] != "*" {
		for purpose := range strings.SplitSeq(fields[1], ",") {
			rule.Purposes = append(rule.Purposes, access.Purpose(purpose))
		}
		slices.Sort(rule.Purposes)
	}
	return rule, nil
}

func newPolicyEvolve(env *environment) *cobra.Command {
	var file string
	var recovery bool
	var signers signerFlags
	c := &cobra.Command{
		Use:   "evolve POLICY",
		Short: "Sign a policy's next version and bring it to the ledger",
		Long: "Those who sign must satisfy the latest version's rule for evolve, or for recover with --recover. Signatures that others have\n" +
			"made, lines of an identity and a signature, come with --signatures.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			next, err := signers.signFile(file)
			if err != nil {
				return err
			}
			return env.withPolicies(func(policies accessv1.PolicyServiceClient) error {
				if recovery {
					_, err := policies.RecoverPolicy(c.Context(), &accessv1.RecoverPolicyRequest{Name: args[0], Next: next})
					return err
				}
				_, err := policies.EvolvePolicy(c.Context(), &accessv1.EvolvePolicyRequest{Name: args[0], Next: next})
				return err
			})
		},
	}
	c.Flags().StringVar(&file, "text", "", "file with the next version")
	c.Flags().BoolVar(&recovery, "recover", false, "under the rule for recover")
	_ = c.MarkFlagRequired("text")
	signers.add(c)
	return c
}

// signerFlags say who signs a text.
type signerFlags struct {
	owner, member, memberKey, signatures string
}

func (s *signerFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&s.owner, "owner-key", "", "file of a key that signs as itself, such as the owner's")
	c.Flags().StringVar(&s.member, "member", "", "id of the member that signs by its access key")
	c.Flags().StringVar(&s.memberKey, "member-key", "", "file of that access key")
	c.Flags().StringVar(&s.signatures, "signatures", "", "file with signatures of others")
	c.MarkFlagsRequiredTogether("member", "member-key")
}

func (s *signerFlags) signFile(file string) (*accessv1.SignedText, error) {
	text, err := os.ReadFile(file) // #nosec G304 -- the caller's own file
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return s.sign(text)
}

func (s *signerFlags) sign(text []byte) (*accessv1.SignedText, error) {
	var signers []accesskey.Signer
	if s.owner != "" {
		key, err := accesskey.Read(s.owner)
		if err != nil {
			return nil, err
		}
		signers = append(signers, key.Itself())
	}
	if s.memberKey != "" {
		key, err := accesskey.Read(s.memberKey)
		if err != nil {
			return nil, err
		}
		signers = append(signers, key.Member(s.member))
	}
	all := accesskey.Sign(text, signers...)
	if s.signatures != "" {
		raw, err := os.ReadFile(s.signatures)
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		others, err := access.ParseSignatures(string(raw))
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		all = append(all, others...)
		slices.SortFunc(all, func(a, b access.Signature) int { return strings.Compare(string(a.Identity), string(b.Identity)) })
	}
	return &accessv1.SignedText{Text: string(text), Signatures: all.String()}, nil
}
