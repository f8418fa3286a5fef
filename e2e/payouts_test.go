package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/e2e/internal/caller"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// testPayouts brings euro in by a bank statement and has them paid out again, from the command line, and sees the same over REST.
// It is the only test that imports statements: the first begins at zero.
func testPayouts(t *testing.T, w *world) {
	in := importStatement(t, w, "E2E-1", 0, bankEntry{"E2E-BANK-1", 12_550, "", "PCC/garage"})
	if e := in.GetEntries()[0]; e.GetOutcome() != settlementv1.EntryOutcome_ENTRY_OUTCOME_CREDITED || e.GetMember() != "members/garage" {
		t.Errorf("the receipt is %v", e)
	}
	payout := &settlementv1.Payout{}
	decode(t, w.stack.Run(t, "payout", "request", "--profile", "garage-admin", "--amount", "100.25", "--name", "Garage du Lac",
		"--iban", "FR1420041010050500013M02606", "--output", "json"), payout)
	samePayout(t, w, payout, settlementv1.PayoutState_PAYOUT_STATE_REQUESTED)

	file := filepath.Join(t.TempDir(), "payouts.xml")
	w.stack.Run(t, "payout", "export", "--out", file)
	message, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	endToEnd := strings.ReplaceAll(strings.TrimPrefix(payout.GetName(), "payouts/"), "-", "")
	for _, part := range []string{"pain.001.001.09", "<EndToEndId>" + endToEnd, `<InstdAmt Ccy="EUR">100.25<`, "FR1420041010050500013M02606"} {
		if !strings.Contains(string(message), part) {
			t.Errorf("the message to the bank lacks %s:\n%s", part, message)
		}
	}
	samePayout(t, w, payout, settlementv1.PayoutState_PAYOUT_STATE_EXPORTED)

	out := importStatement(t, w, "E2E-2", 12_550, bankEntry{"E2E-BANK-2", -10_025, endToEnd, ""})
	if !out.GetPeg().GetHolds() || out.GetPeg().GetReserve() != "25.2500" {
		t.Errorf("the peg is %v", out.GetPeg())
	}
	samePayout(t, w, payout, settlementv1.PayoutState_PAYOUT_STATE_PAID)
	wantZeroSum(t, w)
	payoutsAreRefused(t, w, payout.GetName())
}

func payoutsAreRefused(t *testing.T, w *world, paid string) {
	t.Helper()
	request := &settlementv1.RequestPayoutRequest{RequestId: newID(), Amount: "1", CreditorName: "A", Iban: "FR1520041010050500013M02606"}
	for _, c := range []struct {
		as     *caller.Caller
		path   string
		body   proto.Message
		reason string
	}{
		{w.garage, "/v1/payouts", request, "INVALID_FIELD"},
		{w.garage, "/v1/" + paid + ":cancel", &settlementv1.CancelPayoutRequest{}, "PAYOUT_STATE"},
		{w.insurer, "/v1/" + paid + ":cancel", &settlementv1.CancelPayoutRequest{}, "PAYOUT_NOT_FOUND"},
		{w.garage, "/v1/payoutBatches", &settlementv1.ExportPayoutsRequest{RequestId: newID()}, "PERMISSION_DENIED"},
		{w.insurer, "/v1/bankStatements", &settlementv1.ImportStatementRequest{Document: []byte("<a/>")}, "PERMISSION_DENIED"},
	} {
		err := c.as.REST.Call(t.Context(), http.MethodPost, c.path, c.body, nil)
		if got := caller.FaultOf(err).Reason; got != c.reason {
			t.Errorf("%s: %v, want %s", c.path, err, c.reason)
		}
	}
	settlement, err := w.operator.Conn("settlement")
	if err != nil {
		t.Fatal(err)
	}
	_, err = settlementv1.NewPayoutServiceClient(settlement).ExportPayouts(t.Context(), &settlementv1.ExportPayoutsRequest{RequestId: newID()})
	if got := caller.FaultOf(err).Reason; got != "NOTHING_TO_EXPORT" {
		t.Errorf("an export of nothing: %v", err)
	}
}

// samePayout wants the state of a payout from the command line and from REST.
func samePayout(t *testing.T, w *world, payout *settlementv1.Payout, state settlementv1.PayoutState) {
	t.Helper()
	shown, rest := &settlementv1.ListPayoutsResponse{}, &settlementv1.ListPayoutsResponse{}
	decode(t, w.stack.Run(t, "payout", "list", "--profile", "garage-admin", "--output", "json"), shown)
	if err := w.garage.REST.Call(t.Context(), http.MethodGet, "/v1/payouts", nil, rest); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "payouts", shown, rest)
	if p := rest.GetPayouts(); len(p) != 1 || p[0].GetName() != payout.GetName() || p[0].GetState() != state {
		t.Errorf("payouts %v, want %s to be %s", p, payout.GetName(), state)
	}
}

// bankEntry is one booked entry of a statement; cents are positive when received.
type bankEntry struct {
	reference      string
	cents          int
	endToEnd, text string
}

// importStatement writes a statement of the development stack's account and imports it by the command line.
func importStatement(t *testing.T, w *world, id string, opening int, e bankEntry) *settlementv1.ImportStatementResponse {
	t.Helper()
	amount := func(cents int) string {
		direction := "CRDT"
		if cents < 0 {
			direction, cents = "DBIT", -cents
		}
		return fmt.Sprintf(`<Amt Ccy="EUR">%d.%02d</Amt><CdtDbtInd>%s</CdtDbtInd>`, cents/100, cents%100, direction)
	}
	balance := func(kind string, cents int) string {
		return "<Bal><Tp><CdOrPrtry><Cd>" + kind + "</Cd></CdOrPrtry></Tp>" + amount(cents) + "<Dt><Dt>2026-03-02</Dt></Dt></Bal>"
	}
	details := ""
	if e.endToEnd != "" {
		details += "<Refs><EndToEndId>" + e.endToEnd + "</EndToEndId></Refs>"
	}
	if e.text != "" {
		details += "<RmtInf><Ustrd>" + e.text + "</Ustrd></RmtInf>"
	}
	document := `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>` +
		"<GrpHdr><MsgId>" + id + "</MsgId><CreDtTm>2026-03-02T18:00:00Z</CreDtTm></GrpHdr><Stmt><Id>" + id + "</Id>" +
		"<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>" + balance("OPBD", opening) + balance("CLBD", opening+e.cents) +
		"<Ntry>" + amount(e.cents) + "<Sts><Cd>BOOK</Cd></Sts><AcctSvcrRef>" + e.reference + "</AcctSvcrRef><BkTxCd/>" +
		"<NtryDtls><TxDtls>" + details + "</TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
	file := filepath.Join(t.TempDir(), id+".xml")
	if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
		t.Fatal(err)
	}
	resp := &settlementv1.ImportStatementResponse{}
	decode(t, w.stack.Run(t, "bank", "import", file, "--output", "json"), resp)
	return resp
}
