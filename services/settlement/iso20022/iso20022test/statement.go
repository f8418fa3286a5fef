// Package iso20022test writes bank statements for tests.
package iso20022test

import (
	"fmt"
	"strings"

	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// Entry is one booked entry of a statement.
type Entry struct {
	Reference string
	Cents     int64 // positive is received
	EndToEnd  string
	// Text is what the payer wrote; it holds no character that XML gives a meaning to.
	Text string
	// Returned marks a payment that came back.
	Returned bool
}

// Statement writes a camt.053.001.08 document of the account iban, which begins with opening and ends where the entries lead.
func Statement(id, iban string, opening int64, entries ...Entry) []byte {
	var ntry strings.Builder
	closing := opening
	for _, e := range entries {
		closing += e.Cents
		e.write(&ntry)
	}
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>%s</MsgId><CreDtTm>2026-03-02T18:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>%s</Id><Acct><Id><IBAN>%s</IBAN></Id><Ccy>EUR</Ccy></Acct>
%s%s%s</Stmt></BkToCstmrStmt></Document>
`, id, id, iban, balance("OPBD", opening), balance("CLBD", closing), ntry.String())
}

func balance(kind string, cents int64) string {
	return fmt.Sprintf("<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp>%s<Dt><Dt>2026-03-02</Dt></Dt></Bal>\n", kind, amount(cents))
}

func amount(cents int64) string {
	direction := "CRDT"
	if cents < 0 {
		direction, cents = "DBIT", -cents
	}
	return fmt.Sprintf(`<Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd>`, iso20022.Cents(cents), direction)
}

func (e Entry) write(b *strings.Builder) {
	fmt.Fprintf(b, "<Ntry>%s<Sts><Cd>BOOK</Cd></Sts><AcctSvcrRef>%s</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls>", amount(e.Cents), e.Reference)
	if e.EndToEnd != "" {
		fmt.Fprintf(b, "<Refs><EndToEndId>%s</EndToEndId></Refs>", e.EndToEnd)
	}
	if e.Text != "" {
		fmt.Fprintf(b, "<RmtInf><Ustrd>%s</Ustrd></RmtInf>", e.Text)
	}
	if e.Returned {
		b.WriteString("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
	}
	b.WriteString("</TxDtls></NtryDtls></Ntry>\n")
}
