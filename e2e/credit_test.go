package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/e2e/internal/caller"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

// testCredit has a price quoted and paid with a loan, and the loan repaid, from the command line and over REST.
func testCredit(t *testing.T, w *world) {
	w.stack.Run(t, "credit", "contract", "garage", "--cap", "1000", "--fee-ppm", "10000", "--grace-days", "14")
	quote := &settlementv1.Quote{}
	decode(t, w.stack.Run(t, "price", "quote", "passport-report", "--profile", "garage-admin", "--output", "json"), quote)
	history := &settlementv1.ListPriceVersionsResponse{}
	if err := w.garage.REST.Call(t.Context(), http.MethodGet, "/v1/prices/passport-report/versions", nil, history); err != nil {
		t.Fatal(err)
	}
	if p := history.GetPrices(); len(p) == 0 || p[len(p)-1].GetVersion() != 1 || quote.GetPriceVersion() != p[0].GetVersion() || quote.GetAmount() != p[0].GetAmount() {
		t.Errorf("quoted %v of %v", quote, p)
	}
	loan := &settlementv1.Loan{}
	if err := w.garage.REST.Call(t.Context(), http.MethodPost, "/v1/loans", &settlementv1.DrawCreditRequest{RequestId: newID(), Amount: "5"}, loan); err != nil {
		t.Fatal(err)
	}
	report := &registryv1.ReadReportResponse{}
	buy := &registryv1.ReadReportRequest{RequestId: newID(), Quote: quote.GetName(), AllowCredit: true}
	if err := w.garage.REST.Call(t.Context(), http.MethodPost, "/v1/"+w.newPassport(t, w.garage)+":report", buy, report); err != nil {
		t.Fatal(err)
	}
	if report.GetReceipt().GetPrice() != quote.GetAmount() {
		t.Errorf("paid %v, quoted %v", report.GetReceipt(), quote)
	}
	w.mint(t, "garage", "10.00")
	repaid := &settlementv1.Loan{}
	decode(t, w.stack.Run(t, "credit", "repay", loan.GetName(), "--profile", "garage-admin", "--output", "json"), repaid)
	if loan.GetCharges() != "0.0500" || repaid.GetRepayTime() == nil {
		t.Errorf("lent %v, repaid %v", loan, repaid)
	}
	if out := w.stack.Run(t, "credit", "line", "--profile", "garage-admin"); !strings.Contains(out, "+10 %, to 60 %: "+loan.GetName()+" was repaid on time") {
		t.Errorf("the line of credit: %s", out)
	}
	creditIsRefused(t, w, loan.GetName())
	wantZeroSum(t, w)
}

func creditIsRefused(t *testing.T, w *world, loan string) {
	t.Helper()
	for name, c := range map[string]struct {
		as     *caller.Caller
		path   string
		body   proto.Message
		reason string
	}{
		"above the limit": {w.garage, "/v1/loans", &settlementv1.DrawCreditRequest{RequestId: newID(), Amount: "601"}, "CREDIT_LIMIT"},
		"no contract":     {w.insurer, "/v1/loans", &settlementv1.DrawCreditRequest{RequestId: newID(), Amount: "1"}, "NO_CREDIT"},
		"another's loan":  {w.insurer, "/v1/" + loan + ":repay", &settlementv1.RepayLoanRequest{RequestId: newID()}, "LOAN_NOT_FOUND"},
	} {
		err := c.as.REST.Call(t.Context(), http.MethodPost, c.path, c.body, nil)
		if got := caller.FaultOf(err).Reason; got != c.reason {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
	}
}
