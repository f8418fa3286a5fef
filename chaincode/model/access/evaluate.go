package access

import "slices"

// Load returns the latest version of a policy, or nil if there is none. An error is
// of the store, and ends what asked.
type Load func(PolicyID) (*Policy, error)

// evaluation is one question: do the identities satisfy an expression?
type evaluation struct {
	have    Identities
	purpose Purpose // empty if the action has none
	at      int64
	load    Load
	path    [MaxDelegation + 1]Atom // rules that lead here, the first that of the question
	depth   int                     // of path
	budget  int                     // atoms that delegations may still add
	err     error
}

// satisfied looks at every part, also where the rest cannot matter: what delegations
// cost must not depend on who signed, or one signature more could leave too little
// for another policy and so permit less. A delegation pays for all atoms of its rule
// before any is looked at. One that cannot pay grants nothing, so that others'
// policies, which may grow, take no permission away that does not come from them.
func (q *evaluation) satisfied(e *Expression) bool {
	if e.kind == isAtom {
		if e.atom.Policy != "" {
			return q.delegated(e.atom)
		}
		return q.have.Has(e.atom.Identity)
	}
	n := 0
	for i := range e.parts {
		if q.satisfied(&e.parts[i]) {
			n++
		}
	}
	return n >= e.need && e.need > 0
}

func (q *evaluation) delegated(a Atom) bool {
	rule := q.enter(a)
	if rule == nil {
		return false
	}
	ok := q.satisfied(&rule.Expression)
	q.leave()
	return ok
}

// enter returns the rule that a asks for, and takes it as the place where the question
// is; nil if it grants nothing.
func (q *evaluation) enter(a Atom) *Rule {
	if q.depth == len(q.path) || slices.Contains(q.path[:q.depth], a) || q.err != nil {
		return nil
	}
	p, err := q.load(a.Policy)
	if err != nil {
		q.err = err
		return nil
	}
	if p == nil || p.expired(q.at) && !a.Action.survivesExpiry() {
		return nil
	}
	rule, found := p.Rule(a.Action)
	if !found || !rule.allows(q.purpose) || rule.Expression.size() > q.budget {
		return nil
	}
	q.budget -= rule.Expression.size()
	q.path[q.depth] = a
	q.depth++
	return rule
}

// leave goes back to where the rule was asked for.
func (q *evaluation) leave() { q.depth-- }
