package cli

import (
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/chaincode/model/access"
)

const latestPolicy = "pcc-policy/v1\n0123456789abcdef0123456789abcdef\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n0\n" +
	"evolve * member:a\nrevoke * member:a\n"

func TestEditedPoliciesFollowTheLatest(t *testing.T) {
	e := edit{
		rules: []string{" read:damage warranty,purchase  member:b&(member:c|member:a)", "evolve * 2 of (member:a,member:b)"}, drop: []string{"revoke"},
		expiry: "2027-01-31T00:00:00Z",
	}
	text, err := e.next(latestPolicy)
	if err != nil {
		t.Fatal(err)
	}
	latest, err := access.ParsePolicy([]byte(latestPolicy))
	if err != nil {
		t.Fatal(err)
	}
	next, err := access.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := access.CheckNext(&latest, next); err != nil {
		t.Error(err)
	}
	want := "\n1801353600000\nevolve * 2 of (member:a, member:b)\nread:damage purchase,warranty member:b & (member:c | member:a)\n"
	if !strings.HasSuffix(text, want) {
		t.Errorf("got %s, want the end %s", text, want)
	}
	text, err = edit{expiry: "never"}.next(latestPolicy)
	if err != nil || !strings.HasSuffix(text, "=\n0\nevolve * member:a\nrevoke * member:a\n") {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestEditsThatAreRefused(t *testing.T) {
	for name, e := range map[string]edit{
		"no purposes": {rules: []string{"read:damage member:b"}}, "unknown action": {rules: []string{"drive * member:b"}},
		"mixed": {rules: []string{"evolve * member:a & member:b | member:c"}}, "no time": {expiry: "tomorrow"},
		"purposes of no read": {rules: []string{"evolve research member:a"}},
	} {
		if text, err := e.next(latestPolicy); err == nil {
			t.Errorf("%s: %s", name, text)
		}
	}
	if _, err := (edit{}).next("text"); err == nil {
		t.Error("no policy is edited")
	}
}
