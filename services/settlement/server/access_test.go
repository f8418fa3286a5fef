package server_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pcc-platform/pcc/internal/apperr"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func TestMembersReadOnlyTheirOwn(t *testing.T) {
	f := start(t)
	f.fund(t, f.insurer, "2.5")
	held, err := f.registry.HoldRead(t.Context(), f.holdRequest(f.insurer))
	must(t, err)
	garage := f.as(f.garage)
	_, err = garage.GetRead(t.Context(), &settlementv1.GetReadRequest{Name: held.GetRead().GetName()})
	wantReason(t, "another's read", err, "READ_NOT_FOUND")
	for _, account := range []string{"member:" + f.insurer.ID + ":available", "pool:holder", "bank:eur", "members"} {
		_, err = garage.ListStatementLines(t.Context(), &settlementv1.ListStatementLinesRequest{Parent: "accounts/" + account})
		wantReason(t, account, err, "ACCOUNT_NOT_FOUND")
	}
	accounts, err := garage.ListAccounts(t.Context(), &settlementv1.ListAccountsRequest{})
	must(t, err)
	for _, a := range accounts.GetAccounts() {
		if !strings.HasPrefix(a.GetName(), "accounts/member:"+f.garage.ID+":") {
			t.Errorf("the garage sees %s", a.GetName())
		}
	}
}

// TestEveryCallIsGuarded makes each call of the service as callers of every kind. Permissions come before the checks of
// the request, so an empty one tells.
func TestEveryCallIsGuarded(t *testing.T) {
	f := start(t)
	for who, c := range map[string]struct {
		conn    *grpc.ClientConn
		reason  string
		allowed []string
	}{
		"nobody":         {f.DialAnonymous(), "CREDENTIALS_MISSING", nil},
		"without a role": {f.Dial(f.garage, "stranger"), "PERMISSION_DENIED", nil},
		"administrator": {f.Dial(f.garage, "admin"), "PERMISSION_DENIED", []string{
			"ListAccounts", "ListStatementLines", "GetRead", "ListPrices", "RequestPayout", "ListPayouts", "ApprovePayout", "CancelPayout",
			"GetCycle", "ListCycles", "GetBalanceProof", "GetStatement", "DownloadStatement", "SetStandingPayout", "GetStandingPayout", "DeleteStandingPayout", "ListPeriods", "GetTransfer",
			"ListPriceVersions", "QuoteRead", "GetCreditLine", "DrawCredit", "RepayLoan", "ListLoans",
		}},
		"price setter": {f.Dial(f.insurer, "operator"), "PERMISSION_DENIED", []string{"SetPrice", "SetCreditContract", "ListPrices", "ListPriceVersions"}},
		"treasurer": {f.Dial(f.insurer, "treasurer"), "PERMISSION_DENIED", []string{
			"RecordReceipt", "GetTrialBalance", "ExportPayouts", "RejectPayout", "ImportStatement", "ImportStatusReport", "WriteOffEntry", "GetPeg",
			"ReverseTransfer", "ListTransfers", "CloseCycle", "GetCycle", "ListCycles", "ListPeriods",
		}},
		"unrelated service": {f.DialService("vault"), "PERMISSION_DENIED", []string{"ListPrices", "ListPriceVersions", "GetCycle", "ListCycles", "ListPeriods", "ListPeriods"}},
		"service that sells": {f.DialService("registry"), "PERMISSION_DENIED", []string{
			"CreateTransfers", "PostPendingTransfer", "VoidPendingTransfer",
			"HoldRead", "CaptureRead", "VoidRead", "VerifyRead", "ListPrices", "ListPriceVersions", "GetCycle", "ListCycles", "ListPeriods",
		}},
	} {
		for _, service := range []grpc.ServiceDesc{
			settlementv1.SettlementService_ServiceDesc, settlementv1.PayoutService_ServiceDesc, settlementv1.BankService_ServiceDesc,
			settlementv1.CycleService_ServiceDesc, settlementv1.StatementService_ServiceDesc, settlementv1.StandingPayoutService_ServiceDesc, settlementv1.PriceService_ServiceDesc, settlementv1.CreditService_ServiceDesc, settlementv1.LedgerService_ServiceDesc,
		} {
			for _, m := range service.Methods {
				err := c.conn.Invoke(t.Context(), "/"+service.ServiceName+"/"+m.MethodName, &emptypb.Empty{}, &emptypb.Empty{})
				refused := apperr.ReasonOf(err) == c.reason
				if refused == slices.Contains(c.allowed, m.MethodName) {
					t.Errorf("%s by %s: %v", m.MethodName, who, err)
				}
			}
		}
	}
}
