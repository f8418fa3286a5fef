package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// testPolicies opens, tries, changes and uses an owner's policy from the command line, and sees over REST what the ledger has.
func testPolicies(t *testing.T, w *world) {
	passport := w.newPassport(t, w.oem)
	owner, text := filepath.Join(t.TempDir(), "owner.key"), filepath.Join(t.TempDir(), "next.txt")
	policy := strings.TrimSpace(w.stack.Run(t, "policy", "create", passport, "--owner-key", owner))
	first := &accessv1.Policy{}
	if err := w.garage.REST.Call(t.Context(), "GET", "/v1/"+policy, nil, first); err != nil || first.GetVersion() != 1 {
		t.Fatalf("policy %v, %v", first, err)
	}

	next := w.stack.Run(t, "policy", "edit", policy, "--rule", "read:damage claim_assessment member:insurer", "--drop", "read:usage")
	if err := os.WriteFile(text, []byte(next), 0o600); err != nil {
		t.Fatal(err)
	}
	tried := w.stack.Run(t, "policy", "dry-run", policy, "--text", text)
	for _, change := range []string{"+  damage", "-  damage", "-  usage"} {
		if !strings.Contains(tried, change) {
			t.Errorf("the dry run lacks %q:\n%s", change, tried)
		}
	}
	for _, member := range []string{"insurer", "garage"} {
		w.registerAccessKey(t, member)
	}
	reader := filepath.Join(t.TempDir(), "reader.key")
	ask := func(as, purpose string) (request, refusal string) {
		request, refusal, err := w.stack.Try(t.Context(), nil, "access", "request", policy, "--profile", as+"-admin", "--class", "damage", "--purpose", purpose,
			"--member", as, "--member-key", w.stack.Path("secrets", "access-"+as+".key"), "--reader", reader+as+purpose)
		if err == nil {
			refusal = ""
		}
		return strings.TrimSpace(request), refusal
	}
	if _, refusal := ask("insurer", "claim_assessment"); !strings.Contains(refusal, "ACTION_DENIED") {
		t.Errorf("without the owner: %s", refusal)
	}
	w.stack.Run(t, "policy", "evolve", policy, "--text", text, "--owner-key", owner)
	if _, refusal := ask("garage", "claim_assessment"); !strings.Contains(refusal, "ACTION_DENIED") {
		t.Errorf("by another member: %s", refusal)
	}
	if _, refusal := ask("insurer", "research"); !strings.Contains(refusal, "PURPOSE_DENIED") {
		t.Errorf("for another purpose: %s", refusal)
	}
	request, refusal := ask("insurer", "claim_assessment")
	if refusal != "" {
		t.Fatal(refusal)
	}
	if list := w.stack.Run(t, "access", "list", policy); !strings.Contains(list, "members/insurer  damage  claim_assessment") || !strings.Contains(list, request) {
		t.Errorf("the owner's list is\n%s", list)
	}
	if list := w.stack.Run(t, "access", "list", policy, "--profile", "garage-admin"); strings.Contains(list, "insurer") {
		t.Errorf("the garage sees\n%s", list)
	}
	w.stack.Run(t, "access", "revoke", request, "--owner-key", owner)
	if list := w.stack.Run(t, "access", "list", policy, "--profile", "insurer-admin"); !strings.Contains(list, "revoked") {
		t.Errorf("the insurer sees\n%s", list)
	}
}

// registerAccessKey puts a member's access key on the ledger, through its own peer, whose address its witness has.
func (w *world) registerAccessKey(t *testing.T, member string) {
	t.Helper()
	config, err := os.ReadFile(w.stack.Path("config", "witness-"+member+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(config), "\nledger:\n")
	if !found {
		t.Fatalf("the witness has no ledger:\n%s", config)
	}
	var settings strings.Builder
	for line := range strings.Lines(section) {
		setting, indented := strings.CutPrefix(line, "    ")
		if !indented {
			break
		}
		settings.WriteString(setting)
	}
	file := filepath.Join(t.TempDir(), "ledger.yaml")
	if err := os.WriteFile(file, []byte(settings.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	w.stack.Run(t, "access", "key", "register", "--member", member, "--file", w.stack.Path("secrets", "access-"+member+".key"), "--ledger", file)
}
