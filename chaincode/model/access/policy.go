package access

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const policyFormat = "pcc-policy/v1"

const policyIDBytes = 16

// Consortium is the policy of all members together. Whoever satisfies its rule for
// evolve decides for the consortium: on that policy itself, on the confidential
// fields, and on who holds collective keys.
const Consortium PolicyID = "00000000000000000000000000000000"

// PolicyID is 32 lower-case hexadecimal digits, random, one for each ownership period.
type PolicyID string

// Valid reports whether id is well formed.
func (id PolicyID) Valid() bool {
	raw, err := hex.DecodeString(string(id))
	return err == nil && len(raw) == policyIDBytes && strings.ToLower(string(id)) == string(id)
}

// Policy is one version of the rules of one ownership period.
type Policy struct {
	ID              PolicyID
	Version         uint64     // 1 at creation, then without gaps
	PreviousHash    model.Hash // hash of version Version-1; zero at creation
	ExpiryUnixMilli int64      // from then on only Evolve and Recover are allowed; 0 for never
	Rules           []Rule     // in byte order of their actions, each once
}

// Rule is who may do one action.
type Rule struct {
	Action     Action
	Purposes   []Purpose // of a read, in byte order; empty for all purposes, and for what is no read
	Expression Expression
}

func (r Rule) allows(p Purpose) bool { return covers(r.Purposes, p) }

// Canonical returns the one encoding of p:
//
//	pcc-policy/v1
//	<id>
//	<version>
//	<previous hash, base64>
//	<expiry, milliseconds, or 0>
//	<action> <purposes, separated by commas, or *> <expression>     (one line a rule)
//
// It returns a MALFORMED_RECORD error if p breaks a rule of its own.
func (p Policy) Canonical() ([]byte, error) { return canonicalText(p, MaxRecordBytes) }

// Hash returns the SHA-256 of p's canonical text, or the error of Canonical.
func (p Policy) Hash() (model.Hash, error) { return hashOf(p, MaxRecordBytes) }

// ParsePolicy decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParsePolicy(text []byte) (Policy, error) {
	return parse(text, policyFormat, MaxRecordBytes, func(l *canonical.Lines) Policy {
		p := Policy{
			ID: PolicyID(l.Next("id")), Version: l.Uint("version"), PreviousHash: l.Digest("previous hash"),
			ExpiryUnixMilli: l.Int("expiry"),
		}
		for l.More() {
			p.Rules = append(p.Rules, readRule(l))
		}
		return p
	})
}

func readRule(l *canonical.Lines) Rule {
	action, rest, _ := strings.Cut(l.Next("rule"), " ")
	purposes, expression, found := strings.Cut(rest, " ")
	if !found {
		l.Fail("a rule has an action, purposes and an expression")
		return Rule{}
	}
	e, err := ParseExpression(expression)
	if err != nil {
		l.Fail(err.Error())
	}
	return Rule{Action: Action(action), Purposes: parseList[Purpose](purposes), Expression: e}
}

// Rule returns the rule of an action and whether there is one.
func (p *Policy) Rule(a Action) (*Rule, bool) {
	i, found := slices.BinarySearchFunc(p.Rules, a, func(r Rule, a Action) int { return strings.Compare(string(r.Action), string(a)) })
	if !found {
		return nil, false
	}
	return &p.Rules[i], true
}

func (p Policy) encode() string {
	lines := []string{policyFormat, string(p.ID), decimal(p.Version), encode64(p.PreviousHash[:]), decimal(p.ExpiryUnixMilli)}
	for _, r := range p.Rules {
		lines = append(lines, string(r.Action)+" "+list(r.Purposes)+" "+r.Expression.String())
	}
	return text(lines...)
}

func (p Policy) validate() error {
	switch {
	case !p.ID.Valid():
		return malformed("malformed policy id")
	case p.Version == 0:
		return malformed("policy: versions are numbered from 1")
	case (p.Version == 1) != p.PreviousHash.IsZero():
		return malformed("policy: the previous hash is zero at creation and never after")
	case p.ExpiryUnixMilli < 0:
		return malformed("policy: the expiry is negative")
	}
	for i, r := range p.Rules {
		switch {
		case !r.Action.Known():
			return malformed("policy: unknown action in rule %d", i+1)
		case i > 0 && p.Rules[i-1].Action >= r.Action:
			return malformed("policy: rules are not in the order of their actions, each once, at %d", i+1)
		case len(r.Purposes) > 0 && !r.Action.IsRead():
			return malformed("policy: rule %d is of no read and has purposes", i+1)
		case !isSubset(r.Purposes, Purposes()):
			return malformed("policy: purposes of rule %d are not known, sorted and unique", i+1)
		case len(r.Expression.Atoms()) == 0:
			return malformed("policy: rule %d has no expression", i+1)
		}
	}
	return nil
}
