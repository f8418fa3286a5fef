package settlement

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// centUnits is the Amount of one cent: a bank moves nothing smaller.
const centUnits = unit / 100

// PayoutState says how far a payout is; doc.go has the diagram.
type PayoutState string

// The states of a payout.
const (
	PayoutRequested PayoutState = "requested"
	PayoutCancelled PayoutState = "cancelled"
	PayoutExported  PayoutState = "exported"
	PayoutRejected  PayoutState = "rejected"
	PayoutPaid      PayoutState = "paid"
	PayoutReturned  PayoutState = "returned"
)

// Payout is PCC_token that a member wants back as euro.
type Payout struct {
	ID string // UUID, derived from member and request id
	// Seq numbers the payouts in the order of their requests. The store gives it: it is zero before.
	Seq    int64
	Member string
	Amount Amount // whole cents
	// Creditor is the account that the bank is asked to pay to.
	Creditor iso20022.Party
	State    PayoutState
	// RequestedBy and ApprovedBy are two different people's names; ApprovedBy is "" as long as nobody approved.
	RequestedBy, ApprovedBy string
	Batch                   string // of the message to the bank, "" until exported
	// Rejection is the code of the bank's reason when it refused the payout; "" otherwise, or when it gave none.
	Rejection  string
	CreateTime time.Time
	// RequestHash is the SHA-256 of what was asked for.
	RequestHash [sha256.Size]byte
}

// PayoutRequest asks for a payout.
type PayoutRequest struct {
	// RequestID is the member's; the same one never pays out twice.
	RequestID string
	Member    string
	Amount    Amount
	Creditor  iso20022.Party
	By        string // who asks
}

func (q PayoutRequest) validate() error {
	if q.Amount <= 0 || q.Amount%centUnits != 0 || cents(q.Amount) > iso20022.MaxPayment {
		return ErrAmountNotPayable
	}
	return validateCreditor(q.Creditor)
}

func validateCreditor(c iso20022.Party) error {
	switch {
	case !iso20022.IsName(c.Name):
		return apperr.InvalidField("creditor_name", "a name has up to 70 characters of the SEPA set: A-Z a-z 0-9 / - ? : ( ) . , ' + and space")
	case !iso20022.IsIBAN(c.IBAN):
		return apperr.InvalidField("iban", "no IBAN, or its check digits are wrong")
	case c.BIC != "" && !iso20022.IsBIC(c.BIC):
		return apperr.InvalidField("bic", "no BIC")
	}
	return nil
}

func (q PayoutRequest) payout(now time.Time) Payout {
	return Payout{
		ID: deriveID("payout", q.Member, q.RequestID), Member: q.Member, Amount: q.Amount, Creditor: q.Creditor,
		State: PayoutRequested, RequestedBy: q.By, CreateTime: now,
		RequestHash: hashOf(q.Member, q.RequestID, q.Amount.String(), q.Creditor.Name, q.Creditor.IBAN, q.Creditor.BIC),
	}
}

// cents is an amount of whole cents as the bank counts it.
func cents(a Amount) iso20022.Cents { return iso20022.Cents(a / centUnits) }

// endToEndID is the name of a payout at the bank: its UUID without hyphens, which fits 35 characters.
func endToEndID(id string) string { return strings.ReplaceAll(id, "-", "") }

// payoutID reads an end-to-end id back; "" when it is none of a payout.
func payoutID(endToEndID string) string {
	raw, err := hex.DecodeString(endToEndID)
	if err != nil || len(raw) != 16 {
		return ""
	}
	return formatUUID(raw)
}

// NeedsApproval says whether a second person has to approve the payout before it is exported; limit is the largest amount
// that one person pays out.
func (p Payout) NeedsApproval(limit Amount) bool {
	return p.State == PayoutRequested && p.Amount > limit && p.ApprovedBy == ""
}

// approve is the payout with its second person.
func (p Payout) approve(by string) (Payout, error) {
	switch {
	case p.State != PayoutRequested:
		return Payout{}, ErrPayoutState
	case p.RequestedBy == by:
		return Payout{}, ErrSamePerson
	}
	p.ApprovedBy = by
	return p, nil
}

// payable is how much a member can have paid out: what it has available, less what it was lent.
func (b Balances) payable(member string) Amount {
	return b[Available(member)].Balance + b[Credit(member)].Balance // of different signs
}

// reserve sets the amount aside.
func (p Payout) reserve() (Transfer, error) {
	return p.transfer(KindPayout, "payout", Available(p.Member), SuspensePayout)
}

// pay is the payout that the bank has paid, and the transfer that burns its amount.
func (p Payout) pay() (Payout, Transfer, error) {
	if p.State != PayoutExported {
		return Payout{}, Transfer{}, ErrPayoutState
	}
	p.State = PayoutPaid
	t, err := p.transfer(KindBurn, "paid out", SuspensePayout, BankEUR)
	return p, t, err
}

// giveBack ends a payout that is not paid, or is paid no more, and returns the transfer that gives its amount back. The
// member cancels what was not exported, the bank rejects what was, or returns what it paid.
func (p Payout) giveBack(final PayoutState) (Payout, Transfer, error) {
	before := map[PayoutState]PayoutState{PayoutCancelled: PayoutRequested, PayoutRejected: PayoutExported, PayoutReturned: PayoutPaid}
	if p.State != before[final] {
		return Payout{}, Transfer{}, ErrPayoutState
	}
	from := SuspensePayout
	if final == PayoutReturned {
		from = BankEUR
	}
	p.State = final
	t, err := p.transfer(KindPayoutReturn, fmt.Sprintf("%s payout given back", final), from, Available(p.Member))
	return p, t, err
}

// transfer moves the payout's amount. Its id is derived, so a payout has at most one of each kind.
func (p Payout) transfer(kind TransferKind, what string, from, to AccountID) (Transfer, error) {
	return newTransfer(
		deriveID("transfer", p.ID, string(kind)), kind, fmt.Sprintf("%s payouts/%s", what, p.ID),
		hashOf(string(kind), p.ID, p.Amount.String(), string(from), string(to)), Posting{from, -p.Amount}, Posting{to, p.Amount},
	)
}

// PayoutBatch is one message to the bank.
type PayoutBatch struct {
	ID         string // UUID
	Document   []byte // pain.001.001.09
	Payments   int
	CreateTime time.Time
}
