package iso20022_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

func initiation() iso20022.Initiation {
	return iso20022.Initiation{
		ID: "PCC-2026-03-02-1", Created: time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC),
		Execution: time.Date(2026, time.March, 3, 0, 0, 0, 0, time.UTC),
		Debtor:    iso20022.Party{Name: "PCC Consortium", IBAN: "DE89370400440532013000", BIC: "COBADEFFXXX"},
		Payments: []iso20022.Payment{
			{EndToEndID: "0b54cafe00004000800000000000aa01", Amount: 40_00, Creditor: iso20022.Party{Name: "Garage du Lac (Annecy)", IBAN: "FR1420041010050500013M02606", BIC: "PSSTFRPPXXX"}, Remittance: "PCC payout"},
			{EndToEndID: "0b54cafe00004000800000000000aa02", Amount: iso20022.MaxPayment, Creditor: iso20022.Party{Name: "O'Hara + Sons", IBAN: "IE29AIBK93115212345678"}},
		},
	}
}

func TestEncodeInitiation(t *testing.T) {
	got, err := initiation().Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fixture(t, "initiation.xml"), string(got)); diff != "" {
		t.Errorf("initiation (-want +got):\n%s", diff)
	}
}

func TestRefusedInitiations(t *testing.T) {
	const payment = "Document/CstmrCdtTrfInitn/PmtInf"
	const transfer = payment + "/CdtTrfTxInf"
	for what, c := range map[string]struct {
		change func(*iso20022.Initiation)
		field  string
	}{
		"no id":              {func(m *iso20022.Initiation) { m.ID = "" }, "Document/CstmrCdtTrfInitn/GrpHdr/MsgId"},
		"debtor without BIC": {func(m *iso20022.Initiation) { m.Debtor.BIC = "" }, payment + "/DbtrAgt/FinInstnId/BICFI"},
		"long end-to-end id": {func(m *iso20022.Initiation) { m.Payments[0].EndToEndID = strings.Repeat("a", 36) }, transfer + "/PmtId/EndToEndId"},
		"slash at the end":   {func(m *iso20022.Initiation) { m.Payments[0].EndToEndID = "a/" }, transfer + "/PmtId/EndToEndId"},
		"two slashes":        {func(m *iso20022.Initiation) { m.Payments[0].EndToEndID = "a//b" }, transfer + "/PmtId/EndToEndId"},
		"nothing":            {func(m *iso20022.Initiation) { m.Payments[0].Amount = 0 }, transfer + "/Amt/InstdAmt"},
		"negative":           {func(m *iso20022.Initiation) { m.Payments[1].Amount = -1 }, transfer + "[2]/Amt/InstdAmt"},
		"too much":           {func(m *iso20022.Initiation) { m.Payments[1].Amount = iso20022.MaxPayment + 1 }, transfer + "[2]/Amt/InstdAmt"},
		"umlaut":             {func(m *iso20022.Initiation) { m.Payments[0].Creditor.Name = "Müller" }, transfer + "/Cdtr/Nm"},
		"markup":             {func(m *iso20022.Initiation) { m.Payments[0].Creditor.Name = "a</Nm><Nm>b" }, transfer + "/Cdtr/Nm"},
		"long name":          {func(m *iso20022.Initiation) { m.Payments[0].Creditor.Name = strings.Repeat("a", 71) }, transfer + "/Cdtr/Nm"},
		"transposed IBAN":    {func(m *iso20022.Initiation) { m.Payments[1].Creditor.IBAN = "IE29AIBK93115212345687" }, transfer + "[2]/CdtrAcct/Id/IBAN"},
		"short BIC":          {func(m *iso20022.Initiation) { m.Payments[0].Creditor.BIC = "PSSTFR" }, transfer + "/CdtrAgt/FinInstnId/BICFI"},
		"line break":         {func(m *iso20022.Initiation) { m.Payments[0].Remittance = "a\nb" }, transfer + "/RmtInf/Ustrd"},
	} {
		m := initiation()
		c.change(&m)
		_, err := m.Encode()
		if e := apperr.As(err); e == nil || e.Reason != "DOCUMENT_INVALID" || e.Field != c.field {
			t.Errorf("%s: %v, want it at %s", what, e, c.field)
		}
	}
	m := initiation()
	m.Payments = nil
	if _, err := m.Encode(); err == nil || errors.As(err, new(*apperr.Error)) {
		t.Errorf("no payments: %v", err)
	}
}

// TestIBANCatchesMistakes: no single wrong digit or letter and no two neighbours changed over pass.
func TestIBANCatchesMistakes(t *testing.T) {
	examples := []string{"DE89370400440532013000", "FR1420041010050500013M02606", "GB29NWBK60161331926819", "NO9386011117947", "MT84MALT011000012345MTLCAST001S"}
	for _, iban := range examples {
		if !iso20022.IsIBAN(iban) {
			t.Errorf("%s is refused", iban)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		good := rapid.SampledFrom(examples).Draw(t, "iban")
		bad := []byte(good)
		if at := rapid.IntRange(0, len(bad)-2).Draw(t, "at"); rapid.Bool().Draw(t, "swap") {
			bad[at], bad[at+1] = bad[at+1], bad[at]
		} else {
			alike := "0123456789" // a letter for a digit is one of what the check digits may miss
			if bad[at] >= 'A' {
				alike = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			}
			bad[at] = rapid.SampledFrom([]byte(alike)).Draw(t, "character")
		}
		if string(bad) != good && iso20022.IsIBAN(string(bad)) {
			t.Fatalf("%s passes for %s", bad, good)
		}
	})
}
