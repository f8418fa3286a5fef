package iso20022

import (
	"encoding/xml"
	"fmt"
	"time"
)

// Party is the holder of an account that pays or is paid.
type Party struct {
	// Name is as IsName says, IBAN as IsIBAN, BIC as IsBIC. The BIC of who is paid may be "".
	Name, IBAN, BIC string
}

// Payment is one credit transfer.
type Payment struct {
	// EndToEndID comes back on the statement; see IsReference.
	EndToEndID string
	Amount     Cents // 0.01 to MaxPayment
	Creditor   Party
	// Remittance is what the creditor reads: up to 140 characters of the SEPA set; may be "".
	Remittance string
}

// MaxPayments bounds the payments of one initiation.
const MaxPayments = 1000

// Initiation asks the debtor's bank to make credit transfers.
type Initiation struct {
	// ID names the message for ever; see IsReference.
	ID      string
	Created time.Time
	// Execution is the day on which the bank is asked to pay.
	Execution time.Time
	Debtor    Party
	Payments  []Payment
}

// Encode writes the message as pain.001.001.09, each payment to be booked by itself. What breaks a rule of the message is
// DOCUMENT_INVALID with the path of the element.
func (m Initiation) Encode() ([]byte, error) {
	if len(m.Payments) == 0 || len(m.Payments) > MaxPayments {
		return nil, fmt.Errorf("iso20022: %d payments in a message of 1 to %d", len(m.Payments), MaxPayments)
	}
	body, err := xml.MarshalIndent(m.document(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("iso20022: marshal initiation: %w", err)
	}
	document := append([]byte(xml.Header), append(body, '\n')...)
	root, err := parse(document)
	if err != nil {
		return nil, err
	}
	return document, check(root, initiationNamespace, initiationSchema())
}

func (m Initiation) document() initiationDocument {
	var sum Cents
	transfers := make([]transferXML, len(m.Payments))
	for i, p := range m.Payments {
		transfers[i] = p.transfer()
		sum += p.Amount
	}
	count, total := len(m.Payments), sum.String()
	return initiationDocument{
		MessageID: m.ID, Created: m.Created.UTC().Format("2006-01-02T15:04:05Z"), Count: count, Sum: total, Initiator: m.Debtor.Name,
		Payment: paymentXML{
			ID: m.ID, Method: "TRF", Count: count, Sum: total, ServiceLevel: "SEPA", Execution: m.Execution.Format(time.DateOnly),
			Debtor: m.Debtor.Name, IBAN: m.Debtor.IBAN, BIC: m.Debtor.BIC, ChargeBearer: "SLEV", Transfers: transfers,
		},
	}
}

func (p Payment) transfer() transferXML {
	t := transferXML{
		EndToEndID: p.EndToEndID, Amount: amountXML{Currency: euro, Value: p.Amount.String()},
		Creditor: p.Creditor.Name, IBAN: p.Creditor.IBAN,
	}
	if p.Creditor.BIC != "" {
		t.Agent = &agentXML{p.Creditor.BIC}
	}
	if p.Remittance != "" {
		t.Remittance = &remittanceXML{p.Remittance}
	}
	return t
}

// The types below are the message in the order of its elements.
type initiationDocument struct {
	XMLName   xml.Name   `xml:"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09 Document"`
	MessageID string     `xml:"CstmrCdtTrfInitn>GrpHdr>MsgId"`
	Created   string     `xml:"CstmrCdtTrfInitn>GrpHdr>CreDtTm"`
	Count     int        `xml:"CstmrCdtTrfInitn>GrpHdr>NbOfTxs"`
	Sum       string     `xml:"CstmrCdtTrfInitn>GrpHdr>CtrlSum"`
	Initiator string     `xml:"CstmrCdtTrfInitn>GrpHdr>InitgPty>Nm"`
	Payment   paymentXML `xml:"CstmrCdtTrfInitn>PmtInf"`
}

type paymentXML struct {
	ID           string        `xml:"PmtInfId"`
	Method       string        `xml:"PmtMtd"`
	BatchBooking bool          `xml:"BtchBookg"`
	Count        int           `xml:"NbOfTxs"`
	Sum          string        `xml:"CtrlSum"`
	ServiceLevel string        `xml:"PmtTpInf>SvcLvl>Cd"`
	Execution    string        `xml:"ReqdExctnDt>Dt"`
	Debtor       string        `xml:"Dbtr>Nm"`
	IBAN         string        `xml:"DbtrAcct>Id>IBAN"`
	BIC          string        `xml:"DbtrAgt>FinInstnId>BICFI"`
	ChargeBearer string        `xml:"ChrgBr"`
	Transfers    []transferXML `xml:"CdtTrfTxInf"`
}

type transferXML struct {
	EndToEndID string         `xml:"PmtId>EndToEndId"`
	Amount     amountXML      `xml:"Amt>InstdAmt"`
	Agent      *agentXML      `xml:"CdtrAgt"`
	Creditor   string         `xml:"Cdtr>Nm"`
	IBAN       string         `xml:"CdtrAcct>Id>IBAN"`
	Remittance *remittanceXML `xml:"RmtInf"`
}

type agentXML struct {
	BIC string `xml:"FinInstnId>BICFI"`
}

type remittanceXML struct {
	Text string `xml:"Ustrd"`
}

type amountXML struct {
	Currency string `xml:"Ccy,attr"`
	Value    string `xml:",chardata"`
}
