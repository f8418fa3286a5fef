package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/chaincode/internal/accesstest"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

func TestWays(t *testing.T) {
	all := policies{}.with(t, 1, "read:damage claim_assessment member:c | member:a").with(t, 2, "read:damage research member:c")
	for rule, want := range map[string]string{
		"member:a":                            "[[member:a]]",
		"member:a & (member:b | member:c)":    "[[member:a member:b] [member:a member:c]]",
		"member:a | (member:a & member:b)":    "[[member:a]]",
		"member:* & member:a":                 "[[member:a]]",
		"member:* & msp:A":                    "[[member:* msp:A]]",
		"member:* | member:a":                 "[[member:*]]",
		"2 of (member:a, member:b, member:c)": "[[member:a member:b] [member:a member:c] [member:b member:c]]",
		"member:b & " + ask(1):                "[[member:a member:b] [member:b member:c]]",
		"member:b | " + ask(2):                "[[member:b]]",
		ask(3):                                "[]",
	} {
		p := accesstest.Policy(t, "read:damage * "+rule)
		ways, complete, err := p.Ways(access.Read("damage"), "claim_assessment", now, all.load)
		if err != nil || !complete || fmt.Sprint(ways) != want {
			t.Errorf("%s: got %v, %v, %v; want %s", rule, ways, complete, err, want)
		}
	}
}

// Whoever is permitted includes a way, and no way is permitted without one of its identities.
func TestWaysAreWhatIsPermitted(t *testing.T) {
	allowed := []string{"member:a", "member:b", "member:c", "member:*", "msp:OrgMSP", ask(0), ask(1), ask(2)}
	rapid.Check(t, func(t *rapid.T) {
		all := policies{}
		for n := range 3 {
			e, err := access.ParseExpression(expressionText(t, 2, allowed))
			if err != nil {
				t.Fatal(err)
			}
			all[id(n)] = access.Policy{ID: id(n), Version: 1, Rules: []access.Rule{{Action: access.Read("damage"), Expression: e}}}
		}
		p := all[id(0)]
		ways, complete, err := p.Ways(access.Read("damage"), "claim_assessment", now, all.load)
		if err != nil || !complete {
			t.Fatalf("%v, %v", complete, err)
		}
		var have access.Identities
		for _, identity := range []access.Identity{"member:a", "member:b", "member:c", "member:z", "msp:OrgMSP"} {
			if rapid.Bool().Draw(t, string(identity)) {
				have = append(have, identity)
			}
		}
		includes := slices.ContainsFunc(ways, func(way access.Way) bool {
			return !slices.ContainsFunc(way, func(i access.Identity) bool { return !have.Has(i) })
		})
		if permitted := permit(p, all, have...) == nil; permitted != includes {
			t.Fatalf("%v: permitted %t, ways %v", have, permitted, ways)
		}
		for _, way := range ways {
			for i := range way {
				less := slices.Delete(slices.Clone(way), i, i+1)
				if permit(p, all, members(less)...) == nil {
					t.Fatalf("of %v, %s is not needed", way, way[i])
				}
			}
		}
	})
}

// members takes a member that no expression names for one whoever it is.
func members(way access.Way) (have []access.Identity) {
	for _, i := range way {
		have = append(have, access.Identity(strings.Replace(string(i), "*", "z", 1)))
	}
	return have
}

func TestTooManyWaysAreNotAll(t *testing.T) {
	var many []string
	for i := range access.MaxAtoms {
		many = append(many, fmt.Sprintf("member:m%d", i))
	}
	p := accesstest.Policy(t, "read:damage * 8 of ("+strings.Join(many, ", ")+")")
	ways, complete, err := p.Ways(access.Read("damage"), "research", now, policies{}.load)
	if err != nil || complete || len(ways) != access.MaxWays {
		t.Errorf("%d ways, %v, %v", len(ways), complete, err)
	}
	p.ExpiryUnixMilli = now
	if ways, complete, err := p.Ways(access.Read("damage"), "research", now, policies{}.load); len(ways) != 0 || !complete || err != nil {
		t.Errorf("of an expired policy: %v, %v, %v", ways, complete, err)
	}
}
