package iso20022_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

const firstPayment = "Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts"

func TestReadStatusReport(t *testing.T) {
	good := fixture(t, "statusreport.xml")
	want := iso20022.StatusReport{
		ID: "BANK-STATUS-17", Message: "PCC-2026-03-02-1",
		Refused: []iso20022.RefusedPayment{
			{Refusal: iso20022.Refusal{Code: "AC04"}, EndToEndID: "0b54cafe00004000800000000000aa01", Field: firstPayment},
			{Refusal: iso20022.Refusal{Code: "LIMIT"}, EndToEndID: "0b54cafe00004000800000000000aa03", Field: firstPayment + "[3]"},
		},
	}
	wantReport(t, "in part", good, want)

	want.Refusal = &iso20022.Refusal{}
	for _, status := range []string{"GrpSts", "PmtInfSts"} {
		wantReport(t, status, strings.Replace(good, "<"+status+">PART", "<"+status+">RJCT", 1), want)
	}
	nobody := iso20022.StatusReport{ID: want.ID, Message: want.Message}
	wantReport(t, "all are paid", strings.ReplaceAll(good, "<TxSts>RJCT", "<TxSts>ACSC"), nobody)
}

func wantReport(t *testing.T, what, document string, want iso20022.StatusReport) {
	t.Helper()
	got, err := iso20022.ReadStatusReport([]byte(document))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestWhatIsNoStatusReport(t *testing.T) {
	good := fixture(t, "statusreport.xml")
	for what, c := range map[string]struct{ from, to, field string }{
		"another message":         {"pain.002.001.10", "pain.002.001.03", "Document"},
		"of direct debits":        {"pain.001.001.09", "pain.008.001.08", "Document/CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgNmId"},
		"a payment without id":    {"<OrgnlEndToEndId>0b54cafe00004000800000000000aa01</OrgnlEndToEndId>", "", firstPayment},
		"two words on a payment":  {"aa03", "aa01", firstPayment + "[3]"},
		"no message":              {"<OrgnlMsgId>PCC-2026-03-02-1</OrgnlMsgId>", "", "Document/CstmrPmtStsRpt/OrgnlGrpInfAndSts/OrgnlMsgNmId"},
		"a status of five":        {"<TxSts>ACSP", "<TxSts>ACSPX", firstPayment + "[2]/TxSts"},
		"an element of no report": {"<GrpSts>PART</GrpSts>", "<Foo/>", "Document/CstmrPmtStsRpt/OrgnlGrpInfAndSts/Foo"},
	} {
		bad := strings.Replace(good, c.from, c.to, 1)
		_, err := iso20022.ReadStatusReport([]byte(bad))
		if e := apperr.As(err); e == nil || e.Reason != "DOCUMENT_INVALID" || e.Field != c.field {
			t.Errorf("%s: %v at %v, want %s", what, err, e, c.field)
		}
	}
}

// FuzzReadStatusReport: what is read names each refused payment once; all else is refused with a reason and a field.
func FuzzReadStatusReport(f *testing.F) {
	good := fixture(f, "statusreport.xml")
	for _, seed := range []string{good, "", "<Document/>", good[:len(good)/2], strings.ReplaceAll(good, "PART", "RJCT"), fixture(f, "initiation.xml")} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		r, err := iso20022.ReadStatusReport(document)
		if err != nil {
			if e := apperr.As(err); e == nil || e.Reason == "" || e.Field == "" {
				t.Fatalf("refused without a reason or a field: %v", err)
			}
			return
		}
		ids := map[string]bool{}
		for _, p := range r.Refused {
			ids[p.EndToEndID] = true
		}
		if r.Message == "" || len(ids) != len(r.Refused) || ids[""] {
			t.Fatalf("read %+v", r)
		}
	})
}
