package e2e_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// testCycles closes a cycle from the command line, and wants the same of it over REST: the close, a member's proof and its statement.
func testCycles(t *testing.T, w *world) {
	closed, again, rest := &settlementv1.Cycle{}, &settlementv1.Cycle{}, &settlementv1.Cycle{}
	decode(t, w.stack.Run(t, "cycle", "close", "--output", "json"), closed)
	decode(t, w.stack.Run(t, "cycle", "close", closed.GetName(), "--output", "json"), again)
	if err := w.garage.REST.Call(t.Context(), http.MethodGet, "/v1/"+closed.GetName(), nil, rest); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "cycle closed again", again, closed)
	wantEqual(t, "cycle over REST", rest, closed)
	if !closed.GetCovered() || closed.GetTotal() == "0.0000" {
		t.Errorf("the cycle is %v", closed)
	}

	file := filepath.Join(t.TempDir(), "proof.json")
	w.stack.Run(t, "balance-proof", "get", closed.GetName(), "--profile", "garage-admin", "--out", file)
	shown := w.stack.Run(t, "balance-proof", "verify", file)
	for _, part := range []string{"member:garage:available", "in the total of " + closed.GetTotal(), "settlement/ledger"} {
		if !strings.Contains(shown, part) {
			t.Errorf("the proof does not show %s:\n%s", part, shown)
		}
	}
	forged, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(forged, []byte("member:garage:available"), []byte("member:garage:avai1able"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, problem, err := w.stack.Try(t.Context(), nil, "balance-proof", "verify", file); err == nil || !strings.Contains(problem, "refused") {
		t.Errorf("a forged proof: %v, %s", err, problem)
	}
	samePeriodStatement(t, w, strings.TrimPrefix(closed.GetName(), "cycles/"))
}

func samePeriodStatement(t *testing.T, w *world, number string) {
	t.Helper()
	path := "/v1/statements/" + number
	shown, rest := &settlementv1.GetStatementResponse{}, &settlementv1.GetStatementResponse{}
	decode(t, w.stack.Run(t, "statement", number, "--profile", "garage-admin", "--output", "json"), shown)
	if err := w.garage.REST.Call(t.Context(), http.MethodGet, path+"?pageSize=100", nil, rest); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "statement", shown, rest)
	if s := rest.GetStatement(); s.GetMember() != "members/garage" || len(s.GetTotals()) == 0 || len(rest.GetEntries()) == 0 {
		t.Errorf("the statement is %v", rest)
	}
	for form, begin := range map[string]string{"csv": "account,number,time", "pdf": "%PDF-"} {
		file := filepath.Join(t.TempDir(), "statement."+form)
		w.stack.Run(t, "statement", number, "--profile", "garage-admin", "--out", file)
		saved, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.garage.REST.Send(t.Context(), http.MethodGet, path+":download?format=STATEMENT_FORMAT_"+strings.ToUpper(form), nil)
		if err != nil || !bytes.Equal(got, saved) || !bytes.HasPrefix(got, []byte(begin)) {
			t.Errorf("%s: %v; %d bytes over REST, %d from the command line", form, err, len(got), len(saved))
		}
		if bytes.Contains(got, []byte("member:insurer")) {
			t.Errorf("the garage's %s shows accounts of the insurer", form)
		}
	}
}
