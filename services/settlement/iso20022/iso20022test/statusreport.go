package iso20022test

import (
	"fmt"
	"strings"
)

// Refused is a payment that a bank refuses.
type Refused struct{ EndToEnd, Code string }

// StatusReport writes a pain.002.001.10 document on a message that refuses some payments. status is that of the whole message, such as
// "PART" or "RJCT".
func StatusReport(message, status string, refused ...Refused) []byte {
	var transactions strings.Builder
	for _, r := range refused {
		fmt.Fprintf(&transactions, `<TxInfAndSts><OrgnlEndToEndId>%s</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>%s</Cd></Rsn></StsRsnInf></TxInfAndSts>`,
			r.EndToEnd, r.Code)
	}
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>STATUS-1</MsgId><CreDtTm>2026-03-02T10:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>%[1]s</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>%[2]s</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>%[1]s</OrgnlPmtInfId>%[3]s</OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>`, message, status, transactions.String())
}
