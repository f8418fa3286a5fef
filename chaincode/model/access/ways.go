package access

import "slices"

// MaxWays bounds the ways that Ways returns, and those of each part of an expression.
const MaxWays = 256

// maxProducts bounds the unions that are looked at for one part.
const maxProducts = 16 * MaxWays

// Way is a smallest set of identities that is permitted something, in byte order: none
// of them can be left out. AnyMember stands for a member, whoever it is.
type Way []Identity

// Ways returns the ways in which p permits an action for a purpose, which is empty
// unless the action is a read, at a time in milliseconds; in no particular order.
// complete is false if there are more than MaxWays. An error is one of load.
//
// Whatever set of identities Permit permits includes a way, if they are complete.
func (p *Policy) Ways(a Action, purpose Purpose, at int64, load Load) (ways []Way, complete bool, err error) {
	rule, found := p.Rule(a)
	if !found || !rule.allows(purpose) || p.expired(at) && !a.survivesExpiry() {
		return nil, true, nil
	}
	w := &wayfinder{evaluation: evaluation{
		purpose: purpose, at: at, load: load, depth: 1, budget: MaxDelegatedAtoms - rule.Expression.size(),
	}, complete: true}
	w.path[0] = Atom{Policy: p.ID, Action: a}
	ways = w.ways(&rule.Expression)
	return ways, w.complete, w.err
}

// wayfinder follows expressions as an evaluation does.
type wayfinder struct {
	evaluation
	complete bool
}

func (w *wayfinder) ways(e *Expression) []Way {
	if e.kind == isAtom {
		if e.atom.Policy == "" {
			return []Way{{e.atom.Identity}}
		}
		rule := w.enter(e.atom)
		if rule == nil {
			return nil
		}
		defer w.leave()
		return w.ways(&rule.Expression)
	}
	// met[n] has the ways of satisfying n of the parts so far.
	met := make([][]Way, e.need+1)
	met[0] = []Way{{}}
	for i := range e.parts {
		part := w.ways(&e.parts[i])
		for n := e.need; n > 0; n-- {
			met[n] = w.smallest(append(met[n], w.products(met[n-1], part)...))
		}
	}
	return met[e.need]
}

// products are the unions of one way of each.
func (w *wayfinder) products(a, b []Way) []Way {
	var all []Way
	for _, x := range a {
		for _, y := range b {
			if len(all) == maxProducts {
				w.complete = false
				return all
			}
			all = append(all, union(x, y))
		}
	}
	return all
}

// union is in byte order. A member that is named is a member, whoever it is.
func union(a, b Way) Way {
	all := slices.Concat(a, b)
	slices.Sort(all)
	all = slices.Compact(all)
	if slices.ContainsFunc(all, Identity.isNamedMember) {
		all = slices.DeleteFunc(all, func(i Identity) bool { return i == AnyMember })
	}
	return all
}

func (i Identity) isNamedMember() bool {
	_, isMember := i.MemberID()
	return isMember
}

// smallest leaves out every way that includes another, and what is too much.
func (w *wayfinder) smallest(ways []Way) []Way {
	slices.SortFunc(ways, func(a, b Way) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return slices.Compare(a, b)
	})
	var kept []Way
	for _, way := range ways {
		if slices.ContainsFunc(kept, func(smaller Way) bool { return includes(Identities(way), smaller) }) {
			continue
		}
		if len(kept) == MaxWays {
			w.complete = false
			break
		}
		kept = append(kept, way)
	}
	return kept
}

func includes(have Identities, way Way) bool {
	return !slices.ContainsFunc(way, func(i Identity) bool { return !have.Has(i) })
}
