package settlement

// Peg compares what is owed in the ledger with the euro at the bank.
type Peg struct {
	// Owed is what members, pools and suspense hold, less what members were lent: the negative of the bank's account in the ledger.
	Owed Amount
	// Credit is what members were lent and have not repaid. It is held by members and pools beside what is owed, and covered by their debt.
	Credit Amount
	// Total is the sum of all accounts, zero as long as the ledger is whole.
	Total Amount
	// Reserve is the closing balance of the last bank statement, Statement its id; zero and "" before the first.
	Reserve   Amount
	Statement string
	// Unconfirmed is what people recorded as received and no statement has shown yet.
	Unconfirmed Amount
}

// Holds says whether every PCC_token is covered: what is owed equals the reserve and what is on its way to it. Credit is on both
// sides: what accounts hold in all is the reserve, what is on its way to it, and the credit drawn.
func (p Peg) Holds() bool {
	covered, err := p.Reserve.Add(p.Unconfirmed)
	return err == nil && p.Owed == covered && p.Total == 0
}
