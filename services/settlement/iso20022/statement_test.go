package iso20022_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

func fixture(t testing.TB, name string) string {
	t.Helper()
	document, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(document)
}

func TestReadStatement(t *testing.T) {
	got, err := iso20022.ReadStatement([]byte(fixture(t, "statement.xml")))
	if err != nil {
		t.Fatal(err)
	}
	booked := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	const entry, payout = "Document/BkToCstmrStmt/Stmt/Ntry", "0b54cafe00004000800000000000aa01"
	want := iso20022.Statement{
		ID: "STMT-2026-061", IBAN: "DE89370400440532013000", Opening: 1000_00, Closing: 1260_50,
		Transactions: []iso20022.Transaction{
			{Reference: "BANK-0001", Amount: 250_50, Remittance: []string{"Top-up PCC/insurer March"}, Booked: booked, Field: entry},
			{Reference: "BANK-0002", Amount: -40_00, EndToEndID: payout, Field: entry + "[2]"},
			{Reference: "BANK-0003", Amount: 40_00, EndToEndID: payout, Reversal: true, Returned: true, Field: entry + "[3]"},
			{Reference: "BANK-0004/1", Amount: 12_00, Remittance: []string{"PCC/garage"}, Field: entry + "[4]/NtryDtls/TxDtls"},
			{Reference: "BANK-0004/2", Amount: -2_00, Field: entry + "[4]/NtryDtls/TxDtls[2]"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statement (-want +got):\n%s", diff)
	}
}

// TestRefusedStatements changes one thing in the fixture at a time.
func TestRefusedStatements(t *testing.T) {
	const stmt = "Document/BkToCstmrStmt/Stmt"
	good := fixture(t, "statement.xml")
	for what, c := range map[string]struct{ from, to, reason, field string }{
		"an entity":               {"<!-- A day", `<!DOCTYPE Document [<!ENTITY a "b">]><!-- A day`, "DOCUMENT_MALFORMED", "document"},
		"an undeclared entity":    {"Insurer AG", "&a;", "DOCUMENT_MALFORMED", "document"},
		"a style sheet":           {"<!-- A day", `<?xml-stylesheet href="a"?><!-- A day`, "DOCUMENT_MALFORMED", "document"},
		"Latin-1":                 {`encoding="UTF-8"`, `encoding="ISO-8859-1"`, "DOCUMENT_MALFORMED", "document"},
		"no UTF-8":                {"Insurer AG", "Insurer \xff", "DOCUMENT_MALFORMED", "document"},
		"cut off":                 {"</Document>", "", "DOCUMENT_MALFORMED", "document"},
		"two documents":           {"</Document>", "</Document><Document/>", "DOCUMENT_MALFORMED", "document"},
		"text behind it":          {"</Document>", "</Document>x", "DOCUMENT_MALFORMED", "document"},
		"an attribute twice":      {`<Amt Ccy="EUR">250.5`, `<Amt Ccy="EUR" Ccy="USD">250.5`, "DOCUMENT_MALFORMED", "document"},
		"too deep":                {"Insurer AG", strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40), "DOCUMENT_MALFORMED", "document"},
		"another version":         {"camt.053.001.08", "camt.053.001.02", "DOCUMENT_INVALID", "Document"},
		"a foreign element":       {"<Id>STMT", `<Id xmlns="urn:a">STMT`, "DOCUMENT_INVALID", stmt + "/Id"},
		"an unknown element":      {"<ElctrncSeqNb>61</ElctrncSeqNb>", "<A/>", "DOCUMENT_INVALID", stmt + "/A"},
		"elements out of order":   {"<ElctrncSeqNb>61</ElctrncSeqNb>\n      <CreDtTm>2026-03-02T18:00:00+01:00</CreDtTm>", "<CreDtTm>2026-03-02T18:00:00+01:00</CreDtTm><ElctrncSeqNb>61</ElctrncSeqNb>", "DOCUMENT_INVALID", stmt + "/ElctrncSeqNb"},
		"an element twice":        {"<Ccy>EUR</Ccy>", "<Ccy>EUR</Ccy><Ccy>EUR</Ccy>", "DOCUMENT_INVALID", stmt + "/Acct"},
		"an element missing":      {"<Id>STMT-2026-061</Id>", "", "DOCUMENT_INVALID", stmt + "/ElctrncSeqNb"},
		"two alternatives":        {"<Dt><Dt>2026-03-02</Dt></Dt>", "<Dt><Dt>2026-03-02</Dt><DtTm>2026-03-02T00:00:00</DtTm></Dt>", "DOCUMENT_INVALID", stmt + "/Bal/Dt"},
		"no alternative":          {"<Sts><Cd>BOOK</Cd></Sts>", "<Sts/>", "DOCUMENT_INVALID", stmt + "/Ntry/Sts"},
		"another alternative":     {"<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Cod>BOOK</Cod></Sts>", "DOCUMENT_INVALID", stmt + "/Ntry/Sts"},
		"text between elements":   {"<Ccy>EUR</Ccy>", "EUR", "DOCUMENT_INVALID", stmt + "/Acct"},
		"a long id":               {"STMT-2026-061", strings.Repeat("é", 36), "DOCUMENT_INVALID", stmt + "/Id"},
		"an empty id":             {"STMT-2026-061", "", "DOCUMENT_INVALID", stmt + "/Id"},
		"elements in a value":     {"STMT-2026-061", "<b>1</b>", "DOCUMENT_INVALID", stmt + "/Id"},
		"a day there is not":      {"<Dt><Dt>2026-03-02</Dt></Dt>", "<Dt><Dt>2026-02-30</Dt></Dt>", "DOCUMENT_INVALID", stmt + "/Bal/Dt/Dt"},
		"wrong check digits":      {"DE89", "DE88", "DOCUMENT_INVALID", stmt + "/Acct/Id/IBAN"},
		"no IBAN":                 {"<IBAN>DE89370400440532013000</IBAN>", "<Othr><Id>1</Id></Othr>", "DOCUMENT_INVALID", stmt + "/Acct/Id"},
		"no currency":             {`<Amt Ccy="EUR">250.5<`, `<Amt>250.5<`, "DOCUMENT_INVALID", stmt + "/Ntry/Amt"},
		"an attribute":            {`<Amt Ccy="EUR">250.5<`, `<Amt Ccy="EUR" a="b">250.5<`, "DOCUMENT_INVALID", stmt + "/Ntry/Amt"},
		"a negative amount":       {`<Amt Ccy="EUR">250.5<`, `<Amt Ccy="EUR">-250.5<`, "DOCUMENT_INVALID", stmt + "/Ntry/Amt"},
		"an exponent":             {`<Amt Ccy="EUR">250.5<`, `<Amt Ccy="EUR">2505e-1<`, "DOCUMENT_INVALID", stmt + "/Ntry/Amt"},
		"a direction there isn't": {"<CdtDbtInd>DBIT</CdtDbtInd>\n        <Sts>", "<CdtDbtInd>BOTH</CdtDbtInd><Sts>", "DOCUMENT_INVALID", stmt + "/Ntry[2]/CdtDbtInd"},
		"a status of its own":     {"<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Prtry>DONE</Prtry></Sts>", "DOCUMENT_INVALID", stmt + "/Ntry/Sts"},
		"a part without amount":   {`<Amt Ccy="EUR">12.00</Amt>`, "", "DOCUMENT_INVALID", stmt + "/Ntry[4]/NtryDtls/TxDtls"},
		"dollars":                 {`<Amt Ccy="EUR">250.5<`, `<Amt Ccy="USD">250.5<`, "CURRENCY_UNSUPPORTED", stmt + "/Ntry/Amt"},
		"dollars in a part":       {`<Amt Ccy="EUR">12.00<`, `<Amt Ccy="USD">12.00<`, "CURRENCY_UNSUPPORTED", stmt + "/Ntry[4]/NtryDtls/TxDtls/Amt"},
		"parts of a cent":         {`<Amt Ccy="EUR">250.5<`, `<Amt Ccy="EUR">250.500<`, "AMOUNT_INVALID", stmt + "/Ntry/Amt"},
		"too much":                {`<Amt Ccy="EUR">250.5<`, `<Amt Ccy="EUR">1000000000000<`, "AMOUNT_INVALID", stmt + "/Ntry/Amt"},
		"first page":              {"<LastPgInd>true", "<LastPgInd>false", "STATEMENT_PARTIAL", "Document/BkToCstmrStmt"},
		"second page":             {"<PgNb>1", "<PgNb>2", "STATEMENT_PARTIAL", "Document/BkToCstmrStmt"},
		"no closing balance":      {"<Cd>CLBD", "<Cd>ITBD", "STATEMENT_PARTIAL", stmt},
		"no opening balance":      {"<Cd>OPBD", "<Cd>ITBD", "STATEMENT_PARTIAL", stmt},
		"two opening balances":    {"<Cd>CLAV", "<Cd>OPBD", "STATEMENT_PARTIAL", stmt},
		"two that differ":         {"<Cd>CLAV", "<Cd>PRCD", "STATEMENT_PARTIAL", stmt},
		"a cent too many":         {"1000.00", "1000.01", "STATEMENT_UNBALANCED", stmt},
		"parts that do not sum":   {`<Amt Ccy="EUR">12.00<`, `<Amt Ccy="EUR">12.01<`, "STATEMENT_UNBALANCED", stmt + "/Ntry[4]"},
		"no reference":            {"<AcctSvcrRef>BANK-0002</AcctSvcrRef>", "", "ENTRY_WITHOUT_REFERENCE", stmt + "/Ntry[2]"},
		"a reference twice":       {"BANK-0003", "BANK-0001", "ENTRY_DUPLICATE", stmt + "/Ntry[3]"},
	} {
		bad := strings.Replace(good, c.from, c.to, 1)
		if bad == good {
			t.Errorf("%s: the fixture does not have %q", what, c.from)
		}
		_, err := iso20022.ReadStatement([]byte(bad))
		e := apperr.As(err)
		if e == nil || e.Reason != c.reason || e.Field != c.field {
			t.Errorf("%s: %v at %v, want %s at %s", what, err, e, c.reason, c.field)
		}
	}
}

func TestDocumentBound(t *testing.T) {
	document := []byte(fixture(t, "statement.xml"))
	full := slices.Concat(document, bytes.Repeat([]byte(" "), iso20022.MaxDocument-len(document)))
	if _, err := iso20022.ReadStatement(full); err != nil {
		t.Errorf("a document of the most bytes: %v", err)
	}
	if _, err := iso20022.ReadStatement(append(full, ' ')); apperr.ReasonOf(err) != "DOCUMENT_MALFORMED" {
		t.Errorf("a byte more: %v", err)
	}
}

// TestStatementsAddUp writes statements of any booked amounts and reads them back, each also with a closing balance that is off.
func TestStatementsAddUp(t *testing.T) {
	good := fixture(t, "statement.xml")
	first, last := strings.Index(good, "<Ntry>"), strings.LastIndex(good, "</Ntry>")+len("</Ntry>")
	head, tail := strings.NewReplacer("1000.00", "0", "1260.50</Amt>\n        <CdtDbtInd>CRDT", "%s</Amt><CdtDbtInd>%s").Replace(good[:first]), good[last:]
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(-999_999_999_999_99, 999_999_999_999_99), 0, 50).Draw(t, "amounts")
		var entries strings.Builder
		var sum int64
		for i, a := range amounts {
			sum += a
			cents, direction := signed(a)
			fmt.Fprintf(&entries, `<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><AcctSvcrRef>%d</AcctSvcrRef><BkTxCd/></Ntry>`, cents, direction, i)
		}
		off := rapid.Int64Range(-2, 2).Draw(t, "off")
		cents, direction := signed(sum + off)
		if len(cents) > len("999999999999.99") {
			return // larger than a balance that is read
		}
		balances := fmt.Sprintf(head, cents, direction, cents, direction)
		s, err := iso20022.ReadStatement([]byte(balances + entries.String() + tail))
		if off != 0 {
			if apperr.ReasonOf(err) != "STATEMENT_UNBALANCED" {
				t.Fatalf("off by %d: %v", off, err)
			}
			return
		}
		if err != nil || int64(s.Closing) != sum || len(s.Transactions) != len(amounts) {
			t.Fatalf("%d transactions to %s, %v; want %d to %d", len(s.Transactions), s.Closing, err, len(amounts), sum)
		}
		for i, a := range amounts {
			if int64(s.Transactions[i].Amount) != a {
				t.Fatalf("transaction %d is %s, want %d", i, s.Transactions[i].Amount, a)
			}
		}
	})
}

// signed is how a statement writes an amount.
func signed(cents int64) (amount, direction string) {
	if cents < 0 {
		return iso20022.Cents(-cents).String(), "DBIT"
	}
	return iso20022.Cents(cents).String(), "CRDT"
}

// FuzzReadStatement: what is read adds up and names each transaction once; all else is refused with a reason and a field.
func FuzzReadStatement(f *testing.F) {
	good := fixture(f, "statement.xml")
	for _, seed := range []string{
		good, "", "<Document/>", good[:len(good)/2], strings.ReplaceAll(good, "EUR", "USD"), strings.ReplaceAll(good, "CRDT", "DBIT"),
		strings.ReplaceAll(good, "<", "<a:"), strings.ReplaceAll(good, ".00", ".000000000000001"), fixture(f, "initiation.xml"),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		s, err := iso20022.ReadStatement(document)
		if err != nil {
			if e := apperr.As(err); e == nil || e.Reason == "" || e.Field == "" {
				t.Fatalf("refused without a reason or a field: %v", err)
			}
			return
		}
		sum, references := s.Opening, map[string]bool{}
		for _, tx := range s.Transactions {
			sum += tx.Amount
			references[tx.Reference] = true
		}
		if sum != s.Closing || len(references) != len(s.Transactions) || references[""] || !iso20022.IsIBAN(s.IBAN) {
			t.Fatalf("read %+v", s)
		}
	})
}
