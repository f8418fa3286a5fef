package settlement

import "time"

// StatementLine is one posting on an account.
type StatementLine struct {
	// Seq numbers the postings of the account from 1 without gaps.
	Seq          int64
	TransferID   string
	Amount       Amount // positive is received
	BalanceAfter Amount
	Description  string
	CreateTime   time.Time
}
