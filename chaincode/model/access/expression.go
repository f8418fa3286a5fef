package access

import (
	"strconv"
	"strings"
)

// Limits of an expression.
const (
	MaxDepth          = 8   // brackets in each other
	MaxAtoms          = 64  // atoms of one expression
	MaxDelegation     = 4   // policies that one rule may ask for behind each other
	MaxDelegatedAtoms = 256 // atoms of an expression and of all policies behind it
)

// Expression is a condition on identities. Only ParseExpression makes one; the zero
// value is satisfied by nobody.
type Expression struct {
	kind  kind
	atom  Atom
	need  int // of parts
	parts []Expression
}

type kind uint8

const (
	isAtom kind = iota
	isAll
	isAny
	isThreshold
)

// Atom is what an expression asks for: an identity or AnyMember, or, if Policy is
// set, that the policy permits the action.
type Atom struct {
	Identity Identity
	Policy   PolicyID
	Action   Action
}

// String returns the atom's one text.
func (a Atom) String() string {
	if a.Policy != "" {
		return policyPrefix + string(a.Policy) + "/" + string(a.Action)
	}
	return string(a.Identity)
}

// String returns the one text of the expression: single spaces around operators, and
// parentheses around each & and | within another, and nowhere else.
func (e Expression) String() string {
	switch e.kind {
	case isAll:
		return e.join(" & ")
	case isAny:
		return e.join(" | ")
	case isThreshold:
		parts := make([]string, len(e.parts))
		for i, p := range e.parts {
			parts[i] = p.String()
		}
		return strconv.Itoa(e.need) + " of (" + strings.Join(parts, ", ") + ")"
	default:
		return e.atom.String()
	}
}

func (e Expression) join(operator string) string {
	parts := make([]string, len(e.parts))
	for i, p := range e.parts {
		parts[i] = p.String()
		if p.kind == isAll || p.kind == isAny {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, operator)
}

// Atoms returns the atoms from left to right, at most MaxAtoms, repeated ones too.
func (e Expression) Atoms() []Atom {
	if e.kind == isAtom {
		if e.atom == (Atom{}) {
			return nil
		}
		return []Atom{e.atom}
	}
	var atoms []Atom
	for _, p := range e.parts {
		atoms = append(atoms, p.Atoms()...)
	}
	return atoms
}

func (e Expression) size() int {
	if e.kind == isAtom {
		return 1
	}
	n := 0
	for i := range e.parts {
		n += e.parts[i].size()
	}
	return n
}
