package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/iso20022/iso20022test"
)

// exported is a bank with three payouts of 10, 20 and 30 euro in one message.
func exported(t *testing.T) (b *bank, message string, payouts []settlement.Payout) {
	t.Helper()
	b = newBank(t)
	b.admit(t, "garage", 0)
	b.admit(t, "insurer", 0)
	b.book(t, iso20022test.Entry{Reference: "R1", Cents: 5000, Text: "PCC/garage"}, iso20022test.Entry{Reference: "R2", Cents: 3000, Text: "PCC/insurer"})
	payouts = []settlement.Payout{b.request(t, "garage", 10*euro), b.request(t, "garage", 20*euro), b.request(t, "insurer", 30*euro)}
	return b, strings.ReplaceAll(b.export(t).ID, "-", ""), payouts
}

func (b *bank) wantRejected(t *testing.T, document []byte, want ...settlement.Payout) {
	t.Helper()
	_, rejected, err := b.ImportStatusReport(asService(t.Context()), document)
	if err != nil || len(rejected) != len(want) {
		t.Fatalf("rejected %+v, want %d; %v", rejected, len(want), err)
	}
	for _, p := range rejected {
		if p.State != settlement.PayoutRejected || p.Rejection != "AC04" && p.Rejection != "" {
			t.Errorf("rejected %+v", p)
		}
	}
}

func TestBankRefusesSomePayouts(t *testing.T) {
	b, message, payouts := exported(t)
	report := iso20022test.StatusReport(message, "PART", iso20022test.Refused{EndToEnd: endToEnd(payouts[1]), Code: "AC04"})
	for range 2 { // the same report again changes nothing
		b.wantRejected(t, report, payouts[1])
		b.wantAvailable(t, "garage", 40*euro)
		b.wantAvailable(t, "insurer", 0)
	}
	b.wantPeg(t, true)
	shown, err := b.MemberPayouts(t.Context(), "garage", payouts[1].Seq+100, 10)
	if err != nil || shown[0].Rejection != "AC04" && shown[1].Rejection != "AC04" {
		t.Errorf("the garage sees %+v, %v", shown, err)
	}
	b.book(t, iso20022test.Entry{Reference: "R3", Cents: -1000, EndToEnd: endToEnd(payouts[0])}) // what was accepted is paid
	b.wantPeg(t, true)
}

func TestBankRefusesAWholeMessage(t *testing.T) {
	b, message, payouts := exported(t)
	b.wantRejected(t, iso20022test.StatusReport(message, "RJCT"), payouts...)
	b.wantAvailable(t, "garage", 50*euro)
	b.wantAvailable(t, "insurer", 30*euro)
	b.wantPeg(t, true)
}

func TestBankAcceptsAMessage(t *testing.T) {
	b, message, _ := exported(t)
	b.wantRejected(t, iso20022test.StatusReport(message, "ACCP"))
	b.wantAvailable(t, "garage", 20*euro)
}

// TestReportsThatAreRefusedWhole leave every payout as it was.
func TestReportsThatAreRefusedWhole(t *testing.T) {
	b, message, payouts := exported(t)
	other := b.request(t, "garage", 5*euro)
	b.book(t, iso20022test.Entry{Reference: "R3", Cents: -3000, EndToEnd: endToEnd(payouts[2])})
	first := iso20022test.Refused{EndToEnd: endToEnd(payouts[0]), Code: "AC04"}
	for what, c := range map[string]struct {
		document []byte
		want     error
	}{
		"of no message of ours":    {iso20022test.StatusReport("OTHER", "RJCT"), settlement.ErrBatchNotFound},
		"of a message not sent":    {iso20022test.StatusReport(endToEnd(payouts[0]), "RJCT"), settlement.ErrBatchNotFound},
		"of a payment not in it":   {iso20022test.StatusReport(message, "PART", first, iso20022test.Refused{EndToEnd: endToEnd(other), Code: "AC04"}), settlement.ErrPayoutNotFound},
		"of a payment of no form":  {iso20022test.StatusReport(message, "PART", first, iso20022test.Refused{EndToEnd: "X", Code: "AC04"}), settlement.ErrPayoutNotFound},
		"of a payment that is out": {iso20022test.StatusReport(message, "PART", first, iso20022test.Refused{EndToEnd: endToEnd(payouts[2]), Code: "AC04"}), settlement.ErrPayoutState},
		"of all, and one is out":   {iso20022test.StatusReport(message, "RJCT"), settlement.ErrPayoutState},
	} {
		if _, _, err := b.ImportStatusReport(asService(t.Context()), c.document); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	b.wantAvailable(t, "garage", 15*euro)
	b.wantPeg(t, true)
}
