package settlement

// TrialLine is the sum of one account, or of all accounts of the members, as the books stand.
type TrialLine struct {
	// Name is an account of the platform's own, or "members".
	Name    string
	Balance Amount
	// Posted says that every balance in the line equals the sum of the postings on its account.
	Posted bool
}

// TrialBalance proves that nothing was lost or made.
type TrialBalance struct {
	Lines []TrialLine
	Total Amount
	// ZeroSum is true when all balances add up to zero, each equals the sum of its postings, and what is owed equals the
	// euro that came in less those paid out.
	ZeroSum bool
}

// NewTrialBalance draws the balance of the lines and of the euro: all receipts less all payouts made.
func NewTrialBalance(lines []TrialLine, euro Amount) (TrialBalance, error) {
	b := TrialBalance{Lines: lines, ZeroSum: true}
	var owed Amount
	for _, l := range lines {
		var err error
		if b.Total, err = b.Total.Add(l.Balance); err != nil {
			return TrialBalance{}, err
		}
		if l.Name == string(BankEUR) {
			owed = -l.Balance
		}
		b.ZeroSum = b.ZeroSum && l.Posted
	}
	b.ZeroSum = b.ZeroSum && b.Total == 0 && owed == euro
	return b, nil
}
