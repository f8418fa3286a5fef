package settlement

import "fmt"

// Receipt is a payment in euro on the consortium's bank account, against which PCC_token is minted one to one.
type Receipt struct {
	// RequestID is the caller's, BankReference the bank's own; neither is recorded twice.
	RequestID     string
	BankReference string
	Member        string
	Amount        Amount
	// TransferID and Balance are the outcome: the transfer that minted, and the member's available balance after it.
	TransferID string
	Balance    Amount
}

// repeats says what it means that r was asked for when recorded, with the same request id or bank reference, exists:
// nil when they are the same receipt, else the conflict.
func (r Receipt) repeats(recorded Receipt) error {
	same := r.BankReference == recorded.BankReference && r.Member == recorded.Member && r.Amount == recorded.Amount
	switch {
	case same:
		return nil
	case r.RequestID == recorded.RequestID:
		return ErrRequestIDReused
	default:
		return ErrReceiptExists
	}
}

// mint is the transfer of the receipt.
func (r Receipt) mint() (Transfer, error) {
	return newTransfer(
		deriveID("receipt", r.BankReference), KindMint, fmt.Sprintf("receipt %s", r.BankReference),
		hashOf(string(KindMint), r.Member, r.Amount.String(), r.BankReference),
		Posting{BankEUR, -r.Amount}, Posting{Available(r.Member), r.Amount},
	)
}
