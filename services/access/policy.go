package access

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/apperr"
)

// maxPolicies bounds the policies in a list: a passport has one for each of its ownership periods.
const maxPolicies = 50

// StoredPolicy says of which period a policy is.
type StoredPolicy struct {
	ID       access.PolicyID
	Passport string // id
	Period   int
	// Steward is the id of the member that served the holder when the policy was opened.
	Steward string
	// Text is the canonical text of version 1.
	Text       string
	OnLedger   bool
	CreateTime time.Time
}

// Name is the resource name.
func (p StoredPolicy) Name() string {
	return "passports/" + p.Passport + "/policies/" + string(p.ID)
}

// Policy is a policy as the ledger has it.
type Policy struct {
	StoredPolicy
	// Vehicle is the vault's handle, where the present period was asked for.
	Vehicle string
	// Version is one version, the latest unless another was asked for.
	Version access.Policy
}

// Ensure returns the policy of a passport's present period, and opens one without an owner's key when there is none: nobody reads
// under it, and everybody may write.
// Errors: ErrPassportNotFound, ErrLedgerUnavailable.
func (s *Service) Ensure(ctx context.Context, passport string) (Policy, error) {
	o, err := s.Registry.Ownership(ctx, passport)
	if err != nil {
		return Policy{}, err
	}
	stored, err := s.Store.PolicyOf(ctx, passport, o.Period)
	if ErrPolicyNotFound.Is(err) {
		stored, err = s.open(ctx, passport, o, access.Member(o.Steward), false)
	}
	if err != nil {
		return Policy{}, err
	}
	p, err := s.present(ctx, stored)
	p.Vehicle = o.Vehicle
	return p, err
}

// Create opens the policy of a passport's present period for the member that serves the holder. owner is the owner's key, or
// empty for none.
// Errors: ErrPassportNotFound, ErrNotTheSteward, ErrPolicyExists, INVALID_FIELD, ErrLedgerUnavailable.
func (s *Service) Create(ctx context.Context, passport, member string, owner access.Identity) (Policy, error) {
	if owner != "" && !owner.IsKey() {
		return Policy{}, apperr.InvalidField("owner_key", "not a key of the form key:ed25519:… or key:p256:…")
	}
	o, err := s.Registry.Ownership(ctx, passport)
	if err != nil {
		return Policy{}, err
	}
	if o.Steward != member {
		return Policy{}, ErrNotTheSteward
	}
	controller, owned := owner, true
	if owner == "" {
		controller, owned = access.Member(o.Steward), false
	}
	stored, err := s.open(ctx, passport, o, controller, owned)
	if err != nil {
		return Policy{}, err
	}
	wanted, err := s.text(stored.ID, controller, owned)
	if err != nil {
		return Policy{}, err
	}
	if stored.Text != wanted {
		return Policy{}, ErrPolicyExists
	}
	return s.present(ctx, stored)
}

// open stores the policy of a period unless it has one, and returns the one that it has.
func (s *Service) open(ctx context.Context, passport string, o Ownership, controller access.Identity, owned bool) (StoredPolicy, error) {
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return StoredPolicy{}, fmt.Errorf("access: %w", err)
	}
	id := access.PolicyID(hex.EncodeToString(raw[:]))
	text, err := s.text(id, controller, owned)
	if err != nil {
		return StoredPolicy{}, err
	}
	return s.Store.OpenPolicy(ctx, StoredPolicy{ID: id, Passport: passport, Period: o.Period, Steward: o.Steward, Text: text, CreateTime: s.Now()})
}

// text is the first version of a policy. An owner decides on reading and on the policy itself; a steward, without an owner's key,
// on the policy alone.
func (s *Service) text(id access.PolicyID, controller access.Identity, owned bool) (string, error) {
	one, err := access.ParseExpression(string(controller))
	if err != nil {
		return "", refusal(err)
	}
	writers, err := access.ParseExpression(string(access.AnyMember) + " | " + string(s.Platform))
	if err != nil {
		return "", refusal(err)
	}
	p := access.Policy{ID: id, Version: 1, Rules: []access.Rule{{Action: access.Evolve, Expression: one}}}
	for _, class := range access.Classes() {
		if owned {
			p.Rules = append(p.Rules, access.Rule{Action: access.Read(class), Expression: one})
		}
	}
	p.Rules = append(p.Rules, access.Rule{Action: access.Recover, Expression: s.Recovery}, access.Rule{Action: access.Revoke, Expression: one})
	for _, class := range access.Classes() {
		p.Rules = append(p.Rules, access.Rule{Action: access.Write(class), Expression: writers})
	}
	text, err := p.Canonical()
	return string(text), refusal(err)
}

// present returns the latest version, after the first was written if it was not.
func (s *Service) present(ctx context.Context, stored StoredPolicy) (Policy, error) {
	if !stored.OnLedger {
		err := s.Ledger.CreatePolicy(ctx, stored.Text)
		if err != nil && model.ReasonOf(err) != model.ReasonPolicyExists { // written by a call whose answer was lost
			return Policy{}, refusal(err)
		}
		if err := s.Store.MarkOnLedger(ctx, stored.ID); err != nil {
			return Policy{}, err
		}
		if first, err := access.ParsePolicy([]byte(stored.Text)); err == nil {
			return Policy{StoredPolicy: stored, Version: first}, nil
		}
	}
	latest, err := s.Ledger.Policy(ctx, stored.ID)
	return Policy{StoredPolicy: stored, Version: latest}, refusal(err)
}

// Get returns a version of a policy, 0 for the latest. Errors: ErrPolicyNotFound, ErrLedgerUnavailable.
func (s *Service) Get(ctx context.Context, passport string, id access.PolicyID, version uint64) (Policy, error) {
	stored, err := s.Store.Policy(ctx, passport, id)
	if err != nil {
		return Policy{}, err
	}
	p, err := s.present(ctx, stored)
	if err != nil || version == 0 || version == p.Version.Version {
		return p, err
	}
	p.Version, err = s.Ledger.PolicyVersion(ctx, id, version)
	if model.ReasonOf(err) == model.ReasonNotFound {
		return Policy{}, ErrPolicyNotFound
	}
	return p, refusal(err)
}

// List returns the policies of a passport, that of the present period first; it opens none.
// Errors: ErrPassportNotFound, ErrLedgerUnavailable.
func (s *Service) List(ctx context.Context, passport string) ([]Policy, error) {
	if _, err := s.Registry.Ownership(ctx, passport); err != nil {
		return nil, err
	}
	all, err := s.Store.Policies(ctx, passport, maxPolicies)
	if err != nil {
		return nil, err
	}
	policies := make([]Policy, len(all))
	for i, stored := range all {
		if policies[i], err = s.present(ctx, stored); err != nil {
			return nil, err
		}
	}
	return policies, nil
}

// Change writes the next version of a policy, under the rule for evolve or recover. One that is written already is returned.
// Errors: see the RPC.
func (s *Service) Change(ctx context.Context, passport string, id access.PolicyID, action access.Action, text, signatures string) (Policy, error) {
	p, err := s.Get(ctx, passport, id, 0)
	if err != nil {
		return Policy{}, err
	}
	next, err := access.ParsePolicy([]byte(text))
	if err != nil {
		return Policy{}, refusal(err)
	}
	if next.ID != id {
		return Policy{}, ErrRecordMalformed
	}
	write := s.Ledger.EvolvePolicy
	if action == access.Recover {
		write = s.Ledger.RecoverPolicy
	}
	err = refusal(write(ctx, text, signatures))
	if ErrVersionStale.Is(err) {
		if done, getErr := s.Get(ctx, passport, id, next.Version); getErr == nil && sameText(done.Version, text) {
			return done, nil
		}
	}
	if err != nil {
		return Policy{}, err
	}
	p.Version = next
	return p, s.Store.Audit(ctx, string(action), p.Name())
}

func sameText(p access.Policy, text string) bool {
	canonical, err := p.Canonical()
	return err == nil && string(canonical) == text
}

// Table returns the latest version of the table of confidential fields. Errors: ErrRecordNotFound, ErrLedgerUnavailable.
func (s *Service) Table(ctx context.Context) (access.ConfidentialTable, error) {
	t, err := s.Ledger.ConfidentialTable(ctx)
	return t, refusal(err)
}

// latestOf is an access.Load over the ledger.
func (s *Service) latestOf(ctx context.Context) access.Load {
	return func(id access.PolicyID) (*access.Policy, error) {
		p, err := s.Ledger.Policy(ctx, id)
		if model.ReasonOf(err) == model.ReasonNotFound {
			return nil, nil
		}
		if err != nil {
			return nil, refusal(err)
		}
		return &p, nil
	}
}
