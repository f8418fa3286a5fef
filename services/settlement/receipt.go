package settlement

import "fmt"

// Receipt is a payment in euro on the consortium's bank account, against which PCC_token is minted one to one.
type Receipt struct {
	// RequestID is the caller's, BankReference the bank's own; neither is recorded twice.
	RequestID     string
	BankReference string
	Member        string
	Amount        Amount
	By            string // who records it; not kept
	// TransferID and Balance are the outcome: the transfer that minted, and the member's available balance after it. TransferID
	// is "" as long as a second person has to record the receipt, too.
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

// assign is the transfer of a receipt that a bank statement had brought into suspense.
func (r Receipt) assign() (Transfer, error) {
	return newTransfer(
		deriveID("receipt", r.BankReference), KindAssign, fmt.Sprintf("receipt %s", r.BankReference),
		hashOf(string(KindAssign), r.Member, r.Amount.String(), r.BankReference),
		Posting{SuspenseReceipt, -r.Amount}, Posting{Available(r.Member), r.Amount},
	)
}

// ReceiptProposal is what the first of two people said of a receipt.
type ReceiptProposal struct {
	BankReference, Member string
	Amount                Amount
	By                    string
}

func (r Receipt) proposal() ReceiptProposal {
	return ReceiptProposal{BankReference: r.BankReference, Member: r.Member, Amount: r.Amount, By: r.By}
}

// seconds says whether r is the second person's record of a proposed receipt, or the conflict when it differs.
func (r Receipt) seconds(p ReceiptProposal) (bool, error) {
	if p.Member != r.Member || p.Amount != r.Amount {
		return false, ErrReceiptExists
	}
	return p.By != r.By, nil
}
