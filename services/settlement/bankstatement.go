package settlement

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// EntryOutcome says what an entry of a bank statement did in the ledger.
type EntryOutcome string

// The outcomes of entries.
const (
	// EntryCredited minted for the member that the payment names.
	EntryCredited EntryOutcome = "credited"
	// EntryConfirmed is a receipt that people had recorded before.
	EntryConfirmed EntryOutcome = "confirmed"
	// EntrySuspended minted into suspense: the payment names no member that has accounts.
	EntrySuspended EntryOutcome = "suspended"
	// EntryPaid is a payout that the bank has made: its amount is burned.
	EntryPaid EntryOutcome = "paid"
	// EntryReturned is a payout that came back: its amount is the member's again.
	EntryReturned EntryOutcome = "returned"
	// EntryUnexplained moved nothing in the ledger, which therefore disagrees with the bank until people find out.
	EntryUnexplained EntryOutcome = "unexplained"
)

// BankEntry is one movement on the consortium's bank account, with what it did.
type BankEntry struct {
	Reference string // the bank's
	Amount    Amount // positive is received
	Outcome   EntryOutcome
	Member    string // credited or paid, "" otherwise
	Payout    string // id, "" when it is none
}

// BankStatement is an imported statement.
type BankStatement struct {
	ID               string // the bank's
	Opening, Closing Amount
	Entries          []BankEntry
	// Hash is the SHA-256 of what the statement says: a duplicate that the bank sends has the same.
	Hash [sha256.Size]byte
}

// amountOf is an amount of the bank in the ledger's units. The reader bounds amounts, so it fits.
func amountOf(c iso20022.Cents) Amount { return Amount(c) * centUnits }

func newBankStatement(s iso20022.Statement) BankStatement {
	parts := []string{s.ID, s.IBAN, s.Opening.String(), s.Closing.String()}
	for _, t := range s.Transactions {
		parts = append(parts, t.Reference, t.Amount.String(), t.EndToEndID, strings.Join(t.Remittance, "\n"), fmt.Sprint(t.Reversal, t.Returned))
	}
	return BankStatement{
		ID: s.ID, Opening: amountOf(s.Opening), Closing: amountOf(s.Closing), Hash: hashOf(parts...),
	}
}

// memberReference is how a payment names the member that it is for: "PCC/" and the member's id as a word of its own.
var memberReference = regexp.MustCompile(`(?i)(?:^|\s)PCC/([a-z][a-z0-9-]{1,31})(?:\s|$)`)

// namedMember is the one member that a remittance names, "" when there is none or more than one.
func namedMember(remittance []string) string {
	named := ""
	for _, line := range remittance {
		for _, match := range memberReference.FindAllStringSubmatch(strings.ReplaceAll(line, " ", "  "), -1) {
			member := strings.ToLower(match[1])
			if named != "" && named != member {
				return ""
			}
			named = member
		}
	}
	return named
}

// booking is what the entries of a statement meet in the ledger; it changes with each of them.
type booking struct {
	payouts  map[string]Payout
	balances Balances
	// receipts are the amounts of those that people recorded, by bank reference.
	receipts map[string]Amount
}

// booked is what an entry does: at most one transfer, and the receipt or the payout that goes with it.
type booked struct {
	entry    BankEntry
	transfer *Transfer
	receipt  *Receipt
	payout   *Payout
}

// book decides what a transaction does.
func (b *booking) book(t iso20022.Transaction) (booked, error) {
	entry := BankEntry{Reference: t.Reference, Amount: amountOf(t.Amount), Outcome: EntryUnexplained}
	p, isPayout := b.payouts[payoutID(t.EndToEndID)]
	recorded, isReceipt := b.receipts[t.Reference]
	switch {
	case t.Amount == 0:
		return booked{entry: entry}, nil
	case isPayout && p.State == PayoutExported && entry.Amount == -p.Amount && !t.Reversal:
		return entry.settle(EntryPaid)(p.pay())
	case isPayout && p.State == PayoutPaid && entry.Amount == p.Amount && (t.Reversal || t.Returned):
		return entry.settle(EntryReturned)(p.giveBack(PayoutReturned))
	case isReceipt && recorded == entry.Amount:
		entry.Outcome = EntryConfirmed
		return booked{entry: entry}, nil
	case isReceipt || entry.Amount < 0 || t.Reversal || t.Returned:
		return booked{entry: entry}, nil
	default:
		return b.mint(entry, namedMember(t.Remittance))
	}
}

// valueTime is the last moment of the day on which an entry was booked, if that day is over; zero otherwise.
func valueTime(booked, now time.Time) time.Time {
	if end := booked.AddDate(0, 0, 1); !booked.IsZero() && end.Before(now) {
		return end.Add(-time.Microsecond)
	}
	return time.Time{}
}

// settle books an entry on the outcome of a step of its payout.
func (e BankEntry) settle(outcome EntryOutcome) func(Payout, Transfer, error) (booked, error) {
	return func(p Payout, t Transfer, err error) (booked, error) {
		e.Outcome, e.Member, e.Payout = outcome, p.Member, p.ID
		return booked{entry: e, transfer: &t, payout: &p}, err
	}
}

// mint books a receipt for the member that it names, or into suspense.
func (b *booking) mint(entry BankEntry, member string) (booked, error) {
	if _, known := b.balances[Available(member)]; !known {
		entry.Outcome = EntrySuspended
		t, err := newTransfer(
			deriveID("suspended receipt", entry.Reference), KindMint, "receipt "+entry.Reference+" that names no member",
			hashOf(string(KindMint), entry.Reference, entry.Amount.String()),
			Posting{BankEUR, -entry.Amount}, Posting{SuspenseReceipt, entry.Amount},
		)
		return booked{entry: entry, transfer: &t}, err
	}
	entry.Outcome, entry.Member = EntryCredited, member
	r := Receipt{
		RequestID: deriveID("bank entry", entry.Reference), BankReference: entry.Reference, Member: member, Amount: entry.Amount,
	}
	t, err := r.mint()
	r.TransferID = t.ID
	return booked{entry: entry, transfer: &t, receipt: &r}, err
}

// accounts lists the accounts that a statement may touch, those of members that may not exist among them.
func touchedBy(s iso20022.Statement, payouts map[string]Payout) []AccountID {
	ids := []AccountID{BankEUR, SuspensePayout, SuspenseReceipt}
	for _, p := range payouts {
		ids = append(ids, Available(p.Member))
	}
	for _, t := range s.Transactions {
		if member := namedMember(t.Remittance); member != "" {
			ids = append(ids, Available(member))
		}
	}
	return ids
}
