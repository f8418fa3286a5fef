package settlement

import "context"

// BankStore keeps payouts and bank statements beside the ledger.
type BankStore interface {
	// InBankTx runs f in one transaction: all of its effects commit together or none does.
	InBankTx(ctx context.Context, f func(BankTx) error) error
	// MemberPayouts lists payouts of a member with a number below before, the last requested first.
	MemberPayouts(ctx context.Context, member string, before int64, limit int) ([]Payout, error)
	// MemberStandingPayout returns a member's standing payout, or ErrStandingPayoutNotFound.
	MemberStandingPayout(ctx context.Context, member string) (StandingPayout, error)
	// DueStandingPayouts lists standing payouts that were set before the end of the last closed month and not carried out for it.
	DueStandingPayouts(ctx context.Context, limit int) ([]DuePayout, error)
	// Peg sums ledger and bank at one moment.
	Peg(ctx context.Context) (Peg, error)
}

// Poster moves amounts within a transaction.
type Poster interface {
	// LockAccounts holds the accounts until the transaction ends and returns those that exist. It locks them in
	// ascending order of their ids.
	LockAccounts(ctx context.Context, ids []AccountID) (Balances, error)
	// InsertTransfer records a transfer and moves its amounts. The accounts are locked.
	InsertTransfer(ctx context.Context, t Transfer) error
	// Audit records that the caller in ctx acted on a resource.
	Audit(ctx context.Context, action, resource string) error
}

// BankTx is payouts and bank statements within a transaction.
type BankTx interface {
	Poster

	// Payout returns a payout, or ErrPayoutNotFound.
	Payout(ctx context.Context, id string) (Payout, error)
	// LockPayouts holds payouts until the transaction ends and returns those that exist. It locks them in ascending order of
	// their ids.
	LockPayouts(ctx context.Context, ids []string) (map[string]Payout, error)
	// PayablePayouts holds up to limit requested payouts, oldest first: those that one person may ask for, up to the amount
	// alone, and those that a second one approved. It waits for nobody: a payout that is held elsewhere is left out.
	PayablePayouts(ctx context.Context, alone Amount, limit int) ([]Payout, error)
	InsertPayout(ctx context.Context, p Payout) error
	// LockBatch holds the payouts of a message to the bank until the transaction ends, in ascending order of their ids.
	LockBatch(ctx context.Context, batch string) ([]Payout, error)
	// UpdatePayout stores state, approval and rejection.
	UpdatePayout(ctx context.Context, p Payout) error
	// Batch returns a message to the bank; found is false when there is none.
	Batch(ctx context.Context, id string) (b PayoutBatch, found bool, err error)
	// InsertBatch records a message, and that it exports these payouts.
	InsertBatch(ctx context.Context, b PayoutBatch, payouts []Payout) error

	// SaveStandingPayout stores a member's standing payout, in place of one before.
	SaveStandingPayout(ctx context.Context, s StandingPayout) error
	DeleteStandingPayout(ctx context.Context, member string) error
	// PaidOutForMonth says whether a member's standing payout was carried out for a month.
	PaidOutForMonth(ctx context.Context, month Month, member string) (bool, error)
	// InsertMonthPayout records that it was, by a payout, or "" as there was nothing to pay.
	InsertMonthPayout(ctx context.Context, month Month, member, payout string) error

	// Peg is as BankStore has it, with what this transaction has done.
	Peg(ctx context.Context) (Peg, error)

	// ReceiptAmounts returns the amounts of recorded receipts by bank reference.
	ReceiptAmounts(ctx context.Context, bankReferences []string) (map[string]Amount, error)
	InsertReceipt(ctx context.Context, r Receipt) error

	// Statement returns an imported statement; found is false when there is none.
	Statement(ctx context.Context, id string) (s BankStatement, found bool, err error)
	InsertStatement(ctx context.Context, s BankStatement) error
	// Entries returns entries of imported statements by their references.
	Entries(ctx context.Context, references []string) (map[string]BankEntry, error)

	// WriteOff returns the write-off of an entry; found is false when nobody proposed one.
	WriteOff(ctx context.Context, reference string) (w WriteOff, found bool, err error)
	InsertWriteOff(ctx context.Context, w WriteOff) error
	// ApproveWriteOff stores the second person.
	ApproveWriteOff(ctx context.Context, w WriteOff) error
}
