package access_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

const now = int64(1_750_000_000_000)

// policies are those that others can ask for.
type policies map[access.PolicyID]access.Policy

func (p policies) load(id access.PolicyID) (*access.Policy, error) {
	found, ok := p[id]
	if !ok {
		return nil, nil
	}
	return &found, nil
}

// id returns a policy's id.
func id(n int) access.PolicyID { return access.PolicyID(fmt.Sprintf("%032x", n)) }

// with adds version 1 of policy n.
func (p policies) with(t testing.TB, n int, rules ...string) policies {
	t.Helper()
	added := accesstest.Policy(t, rules...)
	added.ID = id(n)
	p[added.ID] = added
	return p
}

func permit(p access.Policy, all policies, have ...access.Identity) error {
	return p.Permit(access.Read("damage"), "claim_assessment", have, now, all.load)
}

// meaning is the definition of an expression, over its text.
func meaning(text string, have access.Identities) bool {
	parts, operator := split(text)
	if len(parts) == 1 {
		if inner, found := strings.CutPrefix(text, "("); found {
			return meaning(strings.TrimSuffix(inner, ")"), have)
		}
		if number, inner, found := strings.Cut(text, " of ("); found {
			parts, _ = splitAt(strings.TrimSuffix(inner, ")"), ", ")
			return count(parts, have) >= int(number[0]-'0')
		}
		return have.Has(access.Identity(text))
	}
	if operator == " & " {
		return count(parts, have) == len(parts)
	}
	return count(parts, have) > 0
}

func count(parts []string, have access.Identities) (n int) {
	for _, p := range parts {
		if meaning(p, have) {
			n++
		}
	}
	return n
}

func split(text string) ([]string, string) {
	if parts, ok := splitAt(text, " & "); ok {
		return parts, " & "
	}
	parts, _ := splitAt(text, " | ")
	return parts, " | "
}

// splitAt splits outside of brackets.
func splitAt(text, separator string) (parts []string, several bool) {
	depth, start := 0, 0
	for i := range len(text) {
		switch {
		case text[i] == '(':
			depth++
		case text[i] == ')':
			depth--
		case depth == 0 && strings.HasPrefix(text[i:], separator):
			parts = append(parts, text[start:i])
			start = i + len(separator)
		}
	}
	parts = append(parts, text[start:])
	return parts, len(parts) > 1
}

func TestExpressionsMeanWhatTheyAreDefinedToMean(t *testing.T) {
	simple := []string{"member:a", "member:b", "member:c", "member:*", "msp:OrgMSP"}
	rapid.Check(t, func(t *rapid.T) {
		text := expressionText(t, 3, simple)
		e, err := access.ParseExpression(text)
		if err != nil {
			t.Fatal(err)
		}
		p := access.Policy{ID: accesstest.PolicyID, Version: 1, Rules: []access.Rule{{Action: access.Revoke, Expression: e}}}
		var have access.Identities
		for _, identity := range []access.Identity{"member:a", "member:b", "member:c", "msp:OrgMSP"} {
			if rapid.Bool().Draw(t, string(identity)) {
				have = append(have, identity)
			}
		}
		err = p.Permit(access.Revoke, "", have, now, policies{}.load)
		if (err == nil) != meaning(text, have) {
			t.Fatalf("%s with %v: %v", text, have, err)
		}
	})
}

// One more identity never permits less, also where policies ask for each other without end and past all limits.
func TestMoreSignaturesNeverPermitLess(t *testing.T) {
	allowed := []string{"member:a", "member:b", "member:c"}
	for n := range 6 {
		allowed = append(allowed, "policy:"+string(id(n))+"/read:damage")
	}
	rapid.Check(t, func(t *rapid.T) {
		all := policies{}
		for n := range 6 {
			e, err := access.ParseExpression(expressionText(t, 3, allowed))
			if err != nil {
				t.Fatal(err)
			}
			all[id(n)] = access.Policy{ID: id(n), Version: 1, Rules: []access.Rule{{Action: access.Read("damage"), Expression: e}}}
		}
		have := access.Identities{}
		permitted := false
		for _, identity := range rapid.Permutation([]access.Identity{"member:a", "member:b", "member:c"}).Draw(t, "order") {
			have = append(have, identity)
			err := permit(all[id(0)], all, have...)
			if permitted && err != nil {
				t.Fatalf("%v are denied what fewer were permitted", have)
			}
			permitted = err == nil
		}
	})
}

func TestDefaultIsToDeny(t *testing.T) {
	all := access.Identities{"member:a", "msp:AMSP", accesstest.New("owner").Identity}
	for _, p := range []access.Policy{
		accesstest.Policy(t),
		accesstest.Policy(t, "read:workshop * member:a"),
		accesstest.Policy(t, "write:damage * member:a", "evolve * member:a"),
		{ID: accesstest.PolicyID, Version: 1, Rules: []access.Rule{{Action: access.Read("damage")}}},
	} {
		if err := permit(p, nil, all...); model.ReasonOf(err) != model.ReasonActionDenied {
			t.Errorf("got %v", err)
		}
	}
}

func TestPurposeAndExpiry(t *testing.T) {
	p := accesstest.Policy(t, "evolve * member:a", "read:damage maintenance,warranty member:a", "recover * member:a", "revoke * member:a")
	if err := permit(p, nil, "member:a"); model.ReasonOf(err) != model.ReasonPurposeDenied {
		t.Errorf("another purpose: %v", err)
	}
	read := func(at int64) error {
		return p.Permit(access.Read("damage"), "warranty", access.Identities{"member:a"}, at, policies{}.load)
	}
	if err := read(now); err != nil {
		t.Error(err)
	}
	p.ExpiryUnixMilli = now
	if err := read(now - 1); err != nil {
		t.Errorf("before the expiry: %v", err)
	}
	if err := read(now); model.ReasonOf(err) != model.ReasonPolicyExpired {
		t.Errorf("at the expiry: %v", err)
	}
	for action, want := range map[access.Action]model.Reason{access.Evolve: "", access.Recover: "", access.Revoke: model.ReasonPolicyExpired} {
		if err := p.Permit(action, "", access.Identities{"member:a"}, now, policies{}.load); model.ReasonOf(err) != want {
			t.Errorf("%s of an expired policy: %v", action, err)
		}
	}
}

// ask is an expression for damage under policy n.
func ask(n int) string { return "policy:" + string(id(n)) + "/read:damage" }

func TestDelegation(t *testing.T) {
	own := accesstest.Policy(t, "read:damage * "+ask(1))
	expired := policies{}.with(t, 1, "read:damage * member:a")
	p := expired[id(1)]
	p.ExpiryUnixMilli = now
	expired[id(1)] = p
	for name, tc := range map[string]struct {
		all  policies
		want model.Reason
	}{
		"permits":             {policies{}.with(t, 1, "read:damage * member:a"), ""},
		"asks others":         {policies{}.with(t, 1, "read:damage * member:b"), model.ReasonActionDenied},
		"for this purpose":    {policies{}.with(t, 1, "read:damage claim_assessment member:a"), ""},
		"for another purpose": {policies{}.with(t, 1, "read:damage warranty member:a"), model.ReasonActionDenied},
		"has no such rule":    {policies{}.with(t, 1, "read:usage * member:a"), model.ReasonActionDenied},
		"is not there":        {policies{}, model.ReasonActionDenied},
		"has expired":         {expired, model.ReasonActionDenied},
		"asks for itself":     {policies{}.with(t, 1, "read:damage * "+ask(1)), model.ReasonActionDenied},
	} {
		t.Run(name, func(t *testing.T) {
			if err := permit(own, tc.all, "member:a"); model.ReasonOf(err) != tc.want {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// chain returns policies 1 to n, each of which asks for the next; the last asks for member:a.
func chain(t *testing.T, n int) policies {
	t.Helper()
	all := policies{}
	for i := 1; i < n; i++ {
		all.with(t, i, "read:damage * "+ask(i+1))
	}
	return all.with(t, n, "read:damage * member:a")
}

func TestDelegationIsBounded(t *testing.T) {
	own := accesstest.Policy(t, "read:damage * "+ask(1))
	if err := permit(own, chain(t, access.MaxDelegation), "member:a"); err != nil {
		t.Errorf("as deep as allowed: %v", err)
	}
	deep := chain(t, access.MaxDelegation+1)
	if err := permit(own, deep, "member:a"); model.ReasonOf(err) != model.ReasonActionDenied {
		t.Errorf("too deep: %v", err)
	}
	if err := access.CheckDelegation(own, deep.load); model.ReasonOf(err) != model.ReasonPolicyTooDeep {
		t.Errorf("too deep, for its author: %v", err)
	}

	all := policies{}
	rule := strings.TrimSuffix(strings.Repeat("member:a | ", access.MaxAtoms), " | ")
	var asked []string
	for n := range 5 {
		all.with(t, n, "read:damage * "+rule)
		asked = append(asked, ask(n))
	}
	large := accesstest.Policy(t, "read:damage * "+strings.Join(asked, " & "))
	if err := permit(large, all, "member:a"); model.ReasonOf(err) != model.ReasonActionDenied {
		t.Errorf("too large: %v", err)
	}
	if err := access.CheckDelegation(large, all.load); model.ReasonOf(err) != model.ReasonPolicyTooLarge {
		t.Errorf("too large, for its author: %v", err)
	}
}

// What others make of their policies takes nothing away from who is permitted without them.
func TestOthersCannotLockOut(t *testing.T) {
	own := accesstest.Policy(t, "read:damage * "+ask(1)+" | member:a")
	for name, all := range map[string]policies{
		"gone": {}, "in a circle": policies{}.with(t, 1, "read:damage * "+ask(2)).with(t, 2, "read:damage * "+ask(1)),
		"through it": policies{accesstest.PolicyID: own}.with(t, 1, "read:damage * policy:"+string(accesstest.PolicyID)+"/read:damage"),
		"too deep":   chain(t, 9),
	} {
		if err := permit(own, all, "member:a"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAuthorsLearnOfDelegationThatGrantsNothing(t *testing.T) {
	own := accesstest.Policy(t, "read:damage * "+ask(1))
	circle := "read:damage * policy:" + string(accesstest.PolicyID) + "/read:damage"
	for name, tc := range map[string]struct {
		p    access.Policy
		all  policies
		want model.Reason
	}{
		"fine":           {own, policies{}.with(t, 1, "read:damage * member:a"), ""},
		"no such rule":   {own, policies{}.with(t, 1, "read:usage * member:a"), ""},
		"unknown":        {own, policies{}, model.ReasonPolicyUnknown},
		"behind it":      {own, policies{}.with(t, 1, "read:damage * "+ask(2)), model.ReasonPolicyUnknown},
		"itself":         {accesstest.Policy(t, circle), policies{}, model.ReasonPolicyCycle},
		"through others": {own, policies{}.with(t, 1, circle), model.ReasonPolicyCycle},
	} {
		if err := access.CheckDelegation(tc.p, tc.all.load); model.ReasonOf(err) != tc.want {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

func TestAnErrorOfTheStoreEndsTheQuestion(t *testing.T) {
	broken := errors.New("broken")
	load := func(access.PolicyID) (*access.Policy, error) { return nil, broken }
	p := accesstest.Policy(t, "read:damage * "+ask(1)+" | member:a")
	if err := p.Permit(access.Read("damage"), "research", access.Identities{"member:a"}, now, load); !errors.Is(err, broken) {
		t.Error(err)
	}
	if err := access.CheckDelegation(p, load); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestCheckNext(t *testing.T) {
	first := accesstest.Policy(t, "evolve * member:a")
	keep := func(*access.Policy) {}
	for name, tc := range map[string]struct {
		prev *access.Policy
		next access.Policy
		want model.Reason
	}{
		"created":           {nil, first, ""},
		"created late":      {nil, accesstest.Next(t, first, keep), model.ReasonVersionNotNext},
		"the next":          {&first, accesstest.Next(t, first, keep), ""},
		"again":             {&first, first, model.ReasonVersionNotNext},
		"one left out":      {&first, accesstest.Next(t, accesstest.Next(t, first, keep), keep), model.ReasonVersionNotNext},
		"after another":     {&first, accesstest.Next(t, first, func(p *access.Policy) { p.PreviousHash[0] ^= 1 }), model.ReasonPreviousMismatch},
		"of another policy": {&first, accesstest.Next(t, first, func(p *access.Policy) { p.ID = id(1) }), model.ReasonMalformed},
		"malformed":         {&first, accesstest.Next(t, first, func(p *access.Policy) { p.ExpiryUnixMilli = -1 }), model.ReasonMalformed},
	} {
		if err := access.CheckNext(tc.prev, tc.next); model.ReasonOf(err) != tc.want {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

// The check of a request against the policy that most vehicles have: an owner's key, or an authority.
func BenchmarkPermit(b *testing.B) {
	owner := accesstest.New("owner").Identity
	p := accesstest.Policy(b, "evolve * "+string(owner), "read:damage claim_assessment,underwriting (member:* & "+string(owner)+") | member:kba",
		"recover * 2 of (member:kba, member:court)", "write:damage * member:garage | member:insurer")
	have := access.Identities{owner, access.Member("insurer")}
	slices.Sort(have)
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Permit(access.Read("damage"), "claim_assessment", have, now, nil); err != nil {
			b.Fatal(err)
		}
	}
}
