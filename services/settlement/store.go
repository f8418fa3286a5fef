package settlement

import (
	"context"
	"time"
)

// Store keeps the ledger.
type Store interface {
	// InTx runs f in one transaction: all of its effects commit together or none does.
	InTx(ctx context.Context, f func(Tx) error) error

	// Accounts lists the accounts of a member by id.
	Accounts(ctx context.Context, member string) ([]Account, error)
	// StatementLines lists the postings on one account of a member with a number above after, in order; or
	// ErrAccountNotFound.
	StatementLines(ctx context.Context, member string, account AccountID, after int64, limit int) ([]StatementLine, error)
	// MemberRead returns a read that the member pays, or ErrReadNotFound.
	MemberRead(ctx context.Context, member, id string) (Read, error)

	// Read returns any member's read, or ErrReadNotFound.
	Read(ctx context.Context, id string) (Read, error)
	// Prices lists the price of each product that is in force on day.
	Prices(ctx context.Context, day time.Time) ([]Price, error)
	// TrialBalance sums all accounts and receipts at one moment.
	TrialBalance(ctx context.Context) (TrialBalance, error)
	// StaleHolds lists the ids of reads held since before a time, oldest first.
	StaleHolds(ctx context.Context, before time.Time, limit int) ([]string, error)
}

// Tx is the ledger within a transaction.
type Tx interface {
	// OpenAccounts makes a member's accounts; false when they exist.
	OpenAccounts(ctx context.Context, member string) (opened bool, err error)
	// LockAccounts holds the accounts until the transaction ends and returns the balances of those that exist. It locks
	// them in ascending order of their ids.
	LockAccounts(ctx context.Context, ids []AccountID) (map[AccountID]Amount, error)
	// InsertTransfer records a transfer and moves its amounts. The accounts are locked.
	InsertTransfer(ctx context.Context, t Transfer) error

	// Receipts lists those with the bank reference or the request id, that with the request id first.
	Receipts(ctx context.Context, bankReference, requestID string) ([]Receipt, error)
	InsertReceipt(ctx context.Context, r Receipt) error

	// Price returns the price in force on day, or ErrProductUnknown.
	Price(ctx context.Context, product string, day time.Time) (Amount, error)

	// Read returns a read, or ErrReadNotFound. LockRead holds it until the transaction ends.
	Read(ctx context.Context, id string) (Read, error)
	LockRead(ctx context.Context, id string) (Read, error)
	InsertRead(ctx context.Context, r Read) error
	// UpdateRead stores the state, shares, split version and capture time.
	UpdateRead(ctx context.Context, r Read) error

	// Audit records that the caller in ctx acted on a resource.
	Audit(ctx context.Context, action, resource string) error
	// Publish tells other services once the transaction has committed.
	Publish(ctx context.Context, e MemberAccountsOpened) error
}

// Metrics counts what the ledger does.
type Metrics interface {
	// TransferPosted counts a committed transfer and the amount that changed hands.
	TransferPosted(ctx context.Context, kind TransferKind, volume Amount)
}
