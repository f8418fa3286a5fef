package server_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
)

func TestStatementOfAMember(t *testing.T) {
	f := start(t)
	f.fund(t, f.garage, "10.5")
	f.fund(t, f.garage, "0.25")
	f.fund(t, f.insurer, "20")
	closed := closeNow(t, cyclesOf(t, f, "treasurer"))
	statements := settlementv1.NewStatementServiceClient(f.Dial(f.garage, "admin"))
	name := "statements/" + closed.GetName()[len("cycles/"):]

	req := &settlementv1.GetStatementRequest{Name: name, PageSize: 1}
	first, err := statements.GetStatement(t.Context(), req)
	must(t, err)
	account := func(kind, balance string) *settlementv1.StatementAccount {
		return &settlementv1.StatementAccount{Account: "accounts/member:" + f.garage.ID + ":" + kind, OpeningBalance: "0.0000", ClosingBalance: balance}
	}
	want := &settlementv1.Statement{
		Name: name, Member: f.garage.Name(), StartTime: closed.GetStartTime(), EndTime: closed.GetEndTime(),
		FirstCycle: closed.GetName(), LastCycle: closed.GetName(), Net: "10.7500",
		Accounts: []*settlementv1.StatementAccount{account("available", "10.7500"), account("claims", "0.0000"), account("credit", "0.0000"), account("held", "0.0000")},
		Totals:   []*settlementv1.StatementTotal{{Kind: "mint", Received: "10.7500", Paid: "0.0000", Net: "10.7500", Transfers: 2}},
	}
	if diff := cmp.Diff(want, first.GetStatement(), protocmp.Transform()); diff != "" {
		t.Errorf("statement (-want +got):\n%s", diff)
	}
	req.PageToken = first.GetNextPageToken()
	second, err := statements.GetStatement(t.Context(), req)
	must(t, err)
	if a, b := first.GetEntries(), second.GetEntries(); len(a) != 1 || len(b) != 1 || a[0].GetAmount() != "10.5000" || b[0].GetBalanceAfter() != "10.7500" ||
		second.GetNextPageToken() != "" {
		t.Errorf("pages %v and %v", first, second)
	}
	for format, begin := range map[settlementv1.StatementFormat]string{
		settlementv1.StatementFormat_STATEMENT_FORMAT_CSV: "account,number,time,kind", settlementv1.StatementFormat_STATEMENT_FORMAT_PDF: "%PDF-",
	} {
		file, err := statements.DownloadStatement(t.Context(), &settlementv1.DownloadStatementRequest{Name: name, Format: format})
		must(t, err)
		if !bytes.HasPrefix(file.GetData(), []byte(begin)) || file.GetContentType() == "" {
			t.Errorf("%s is %q of %s", format, file.GetData(), file.GetContentType())
		}
		if format == settlementv1.StatementFormat_STATEMENT_FORMAT_CSV && bytes.Contains(file.GetData(), []byte(f.insurer.ID)) {
			t.Errorf("the garage's statement names the insurer: %s", file.GetData())
		}
	}
	_, err = statements.DownloadStatement(t.Context(), &settlementv1.DownloadStatementRequest{Name: name})
	wantReason(t, "no format", err, "INVALID_FIELD")
	_, err = statements.GetStatement(t.Context(), &settlementv1.GetStatementRequest{Name: "statements/2019-01"})
	wantReason(t, "a month before all", err, "PERIOD_NOT_FOUND")
	months, err := statements.ListPeriods(t.Context(), &settlementv1.ListPeriodsRequest{})
	must(t, err)
	if len(months.GetPeriods()) != 0 {
		t.Errorf("closed months %v", months)
	}
}
