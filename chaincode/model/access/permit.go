package access

import (
	"slices"

	"github.com/pcc-platform/pcc/chaincode/model"
)

func (p *Policy) expired(at int64) bool { return p.ExpiryUnixMilli != 0 && p.ExpiryUnixMilli <= at }

func (a Action) survivesExpiry() bool { return a == Evolve || a == Recover }

// Permit returns nil if p permits the action to the identities at a time in
// milliseconds. The purpose is empty unless the action is a read. Else it is a
// POLICY_EXPIRED, a PURPOSE_DENIED, an ACTION_DENIED, or an error of load.
func (p *Policy) Permit(a Action, purpose Purpose, have Identities, at int64, load Load) error {
	if p.expired(at) && !a.survivesExpiry() {
		return model.Errorf(model.ReasonPolicyExpired, "version %d of the policy has expired", p.Version)
	}
	rule, found := p.Rule(a)
	if !found {
		return model.Errorf(model.ReasonActionDenied, "version %d of the policy has no rule for %s", p.Version, a)
	}
	if !rule.allows(purpose) {
		return model.Errorf(model.ReasonPurposeDenied, "version %d of the policy does not allow %s for this purpose", p.Version, a)
	}
	q := &evaluation{
		have: have, purpose: purpose, at: at, load: load,
		depth: 1, budget: MaxDelegatedAtoms - rule.Expression.size(),
	}
	q.path[0] = Atom{Policy: p.ID, Action: a}
	ok := q.satisfied(&rule.Expression)
	if q.err != nil {
		return q.err
	}
	if !ok {
		return model.Errorf(model.ReasonActionDenied, "who signed does not satisfy the rule for %s of version %d of the policy", a, p.Version)
	}
	return nil
}

// CheckNext returns nil if next may follow prev, which is nil for a creation, as far
// as their texts tell: the id stays, the version is the next, and it names the hash
// of prev. Who may write it is for prev.Permit to say, with Evolve or Recover.
func CheckNext(prev *Policy, next Policy) error {
	if err := next.validate(); err != nil {
		return err
	}
	if prev == nil {
		if next.Version != 1 {
			return model.Errorf(model.ReasonVersionNotNext, "the policy has no version %d", next.Version-1)
		}
		return nil
	}
	hash, err := prev.Hash()
	if err != nil {
		return err
	}
	switch {
	case next.ID != prev.ID:
		return malformed("a policy keeps its id")
	case next.Version != prev.Version+1:
		return model.Errorf(model.ReasonVersionNotNext, "version %d of the policy does not follow %d", next.Version, prev.Version)
	case next.PreviousHash != hash:
		return model.Errorf(model.ReasonPreviousMismatch, "version %d of the policy does not name the hash of version %d", next.Version, prev.Version)
	}
	return nil
}

// CheckDelegation returns nil if every policy that p's rules ask for exists, and no
// rule runs in a circle or past a limit as all of them are now. Else it is a
// POLICY_UNKNOWN, a POLICY_CYCLE, a POLICY_TOO_DEEP or a POLICY_TOO_LARGE. The
// check is for authors: what becomes of it when others evolve theirs is said in
// the package's documentation.
func CheckDelegation(p Policy, load Load) error {
	own := func(id PolicyID) (*Policy, error) {
		if id == p.ID {
			return &p, nil
		}
		return load(id)
	}
	for _, r := range p.Rules {
		w := &delegationCheck{load: own, budget: MaxDelegatedAtoms}
		if err := w.visit(Atom{Policy: p.ID, Action: r.Action}); err != nil {
			return err
		}
	}
	return nil
}

type delegationCheck struct {
	load   Load
	path   []Atom
	budget int
}

func (w *delegationCheck) visit(a Atom) error {
	if slices.Contains(w.path, a) {
		return model.Errorf(model.ReasonPolicyCycle, "%s asks for itself", a)
	}
	if len(w.path) > MaxDelegation {
		return model.Errorf(model.ReasonPolicyTooDeep, "more than %d policies behind each other", MaxDelegation)
	}
	p, err := w.load(a.Policy)
	if err != nil {
		return err
	}
	if p == nil {
		return model.Errorf(model.ReasonPolicyUnknown, "there is no policy %s", a.Policy)
	}
	rule, found := p.Rule(a.Action)
	if !found {
		return nil
	}
	if w.budget -= rule.Expression.size(); w.budget < 0 {
		return model.Errorf(model.ReasonPolicyTooLarge, "more than %d identities in all", MaxDelegatedAtoms)
	}
	w.path = append(w.path, a)
	for _, atom := range rule.Expression.Atoms() {
		if atom.Policy == "" {
			continue
		}
		if err := w.visit(atom); err != nil {
			return err
		}
	}
	w.path = w.path[:len(w.path)-1]
	return nil
}
