package iso20022

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// Statement is a bank's statement of one euro account.
type Statement struct {
	// ID is the bank's; IBAN is the account's.
	ID, IBAN string
	// Opening and Closing are the booked balances, negative when overdrawn. Opening and the transactions add up to Closing.
	Opening, Closing Cents
	// Transactions are the booked ones in the statement's order. Pending ones and mere information are left out: they are
	// not in the balances.
	Transactions []Transaction
}

// Transaction is one movement on the account.
type Transaction struct {
	// Reference is the bank's own, unique in the statement. A part of an entry of several has the entry's with "/" and its number.
	Reference string
	// Amount is positive when the account received it.
	Amount Cents
	// EndToEndID is what the payer called the payment, "" when it gave no name.
	EndToEndID string
	// Remittance is what the payer wrote: lines of text and structured references.
	Remittance []string
	// Booked is the first moment, in UTC, of the day on which the bank booked it; zero when it does not say.
	Booked time.Time
	// Reversal is true when an earlier entry is undone, Returned when a payment came back with a reason.
	Reversal, Returned bool
	// Field is where the document says so.
	Field string
}

// notProvided stands for an end-to-end id that the payer did not give.
const notProvided = "NOTPROVIDED"

// ReadStatement reads a camt.053.001.08 document of one whole statement. The package's documentation lists its errors.
func ReadStatement(document []byte) (Statement, error) {
	root, err := parse(document)
	if err != nil {
		return Statement{}, err
	}
	if err := check(root, statementNamespace, statementSchema()); err != nil {
		return Statement{}, err
	}
	message := root.at("BkToCstmrStmt")
	stmt := message.at("Stmt")
	if len(message.all("Stmt")) > 1 || isPart(message.at("GrpHdr", "MsgPgntn")) || isPart(stmt.at("StmtPgntn")) {
		return Statement{}, partial(message, "a document holds one whole statement")
	}
	iban := stmt.at("Acct", "Id", "IBAN")
	if iban == nil {
		return Statement{}, invalid(stmt.at("Acct", "Id"), "an account in euro has an IBAN")
	}
	s := Statement{ID: stmt.value("Id"), IBAN: iban.text}
	if s.Opening, s.Closing, err = balances(stmt); err != nil {
		return Statement{}, err
	}
	for _, entry := range stmt.all("Ntry") {
		transactions, err := readEntry(entry)
		if err != nil {
			return Statement{}, err
		}
		s.Transactions = append(s.Transactions, transactions...)
	}
	return s, s.verify(stmt)
}

func partial(n *node, message string) *apperr.Error {
	return apperr.New(apperr.InvalidArgument, "STATEMENT_PARTIAL", "%s", message).WithField(n.path())
}

func unbalanced(n *node, message string) *apperr.Error {
	return apperr.New(apperr.InvalidArgument, "STATEMENT_UNBALANCED", "%s", message).WithField(n.path())
}

// isPart says whether a page number is not that of an only page.
func isPart(pagination *node) bool {
	if pagination == nil {
		return false
	}
	return strings.TrimLeft(pagination.value("PgNb"), "0") != "1" || !isTrue(pagination.at("LastPgInd"))
}

func isTrue(n *node) bool {
	text := ""
	if n != nil {
		text = strings.Trim(n.text, xmlSpace)
	}
	return text == "true" || text == "1"
}

// balances finds the booked balances at both ends. The one before may be called the opening or the previous closing one.
func balances(stmt *node) (opening, closing Cents, err error) {
	found := map[string][]Cents{}
	for _, b := range stmt.all("Bal") {
		kind := b.value("Tp", "CdOrPrtry", "Cd")
		if kind != "OPBD" && kind != "PRCD" && kind != "CLBD" {
			continue
		}
		amount, err := signedAmount(b, b)
		if err != nil {
			return 0, 0, err
		}
		found[kind] = append(found[kind], amount)
	}
	openings := slices.Concat(found["OPBD"], found["PRCD"])
	if len(found["CLBD"]) != 1 || len(found["OPBD"]) > 1 || len(openings) == 0 || openings[0] != openings[len(openings)-1] {
		return 0, 0, partial(stmt, "a statement has one opening and one closing booked balance")
	}
	return openings[0], found["CLBD"][0], nil
}

// signedAmount reads Amt of n with the sign that CdtDbtInd of signed gives it.
func signedAmount(n, signed *node) (Cents, error) {
	amount := n.at("Amt")
	if currency, _ := amount.attribute("Ccy"); currency != euro {
		return 0, apperr.New(apperr.InvalidArgument, "CURRENCY_UNSUPPORTED", "only euro are taken").WithField(amount.path())
	}
	cents, ok := parseCents(amount.text)
	if !ok {
		return 0, apperr.New(apperr.InvalidArgument, "AMOUNT_INVALID", "an amount of euro has at most %d digits and two decimals", maxEuroDigits).
			WithField(amount.path())
	}
	if signed.value("CdtDbtInd") == "DBIT" {
		cents = -cents
	}
	return cents, nil
}

// readEntry lists the transactions of a booked entry: its parts, or the entry itself when it has no more than one.
func readEntry(entry *node) ([]Transaction, error) {
	amount, err := signedAmount(entry, entry)
	if err != nil {
		return nil, err
	}
	switch status := entry.value("Sts", "Cd"); status {
	case "BOOK":
	case "PDNG", "INFO", "FUTR":
		return nil, nil
	default:
		return nil, invalid(entry.at("Sts"), "an entry is booked, pending, future or information")
	}
	var parts []*node
	for _, details := range entry.all("NtryDtls") {
		parts = append(parts, details.all("TxDtls")...)
	}
	if len(parts) > 1 {
		return readParts(entry, parts, amount)
	}
	t := Transaction{
		Reference: entry.value("AcctSvcrRef"), Amount: amount, Booked: booked(entry), Field: entry.path(), Reversal: isTrue(entry.at("RvslInd")),
	}
	if len(parts) == 1 {
		t.describe(parts[0])
	}
	return []Transaction{t}, nil
}

// readParts reads an entry that books several payments at once; the parts add up to the entry.
func readParts(entry *node, parts []*node, total Cents) ([]Transaction, error) {
	transactions := make([]Transaction, len(parts))
	for i, part := range parts {
		if part.at("Amt") == nil {
			return nil, invalid(part, "each of several parts of an entry has an amount")
		}
		signed := part
		if part.at("CdtDbtInd") == nil {
			signed = entry
		}
		amount, err := signedAmount(part, signed)
		if err != nil {
			return nil, err
		}
		t := Transaction{Amount: amount, Booked: booked(entry), Field: part.path(), Reversal: isTrue(entry.at("RvslInd"))}
		if reference := entry.value("AcctSvcrRef"); reference != "" {
			t.Reference = fmt.Sprintf("%s/%d", reference, i+1)
		}
		t.describe(part)
		transactions[i] = t
		total -= amount
	}
	if total != 0 {
		return nil, unbalanced(entry, "the parts of an entry add up to its amount")
	}
	return transactions, nil
}

// booked is the day on which an entry was booked.
func booked(entry *node) time.Time {
	text := strings.Trim(entry.value("BookgDt", "Dt")+entry.value("BookgDt", "DtTm"), xmlSpace)
	if len(text) < len(time.DateOnly) {
		return time.Time{}
	}
	day, _ := time.Parse(time.DateOnly, text[:len(time.DateOnly)]) // the schema has seen that it is a date
	return day
}

// describe reads what the details of a transaction say beside its amount.
func (t *Transaction) describe(details *node) {
	if t.Reference == "" {
		t.Reference = details.value("Refs", "AcctSvcrRef")
	}
	if id := details.value("Refs", "EndToEndId"); id != notProvided {
		t.EndToEndID = id
	}
	t.Returned = details.at("RtrInf") != nil
	remittance := details.at("RmtInf")
	for _, line := range remittance.all("Ustrd") {
		t.Remittance = append(t.Remittance, line.text)
	}
	for _, structured := range remittance.all("Strd") {
		if reference := structured.value("CdtrRefInf", "Ref"); reference != "" {
			t.Remittance = append(t.Remittance, reference)
		}
	}
}

// verify holds the transactions to the balances and to their references.
func (s Statement) verify(stmt *node) error {
	seen := make(map[string]bool, len(s.Transactions))
	sum := s.Opening
	for _, t := range s.Transactions {
		if t.Reference == "" {
			return apperr.New(apperr.InvalidArgument, "ENTRY_WITHOUT_REFERENCE", "the bank gives every entry its reference").WithField(t.Field)
		}
		if seen[t.Reference] {
			return apperr.New(apperr.InvalidArgument, "ENTRY_DUPLICATE", "two entries have one reference").WithField(t.Field)
		}
		seen[t.Reference] = true
		sum += t.Amount
	}
	if sum != s.Closing {
		return unbalanced(stmt, "the opening balance and the entries lead to the closing balance")
	}
	return nil
}
