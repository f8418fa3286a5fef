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
	// MemberRead returns a read that the member pays, with its revisions, or ErrReadNotFound.
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
	Poster

	// OpenAccounts makes a member's accounts; false when they exist.
	OpenAccounts(ctx context.Context, member string) (opened bool, err error)

	// Receipts lists those with the bank reference or the request id, that with the request id first.
	Receipts(ctx context.Context, bankReference, requestID string) ([]Receipt, error)
	InsertReceipt(ctx context.Context, r Receipt) error
	// ReceiptProposal returns what the first of two people said of a receipt; found is false when nobody did.
	ReceiptProposal(ctx context.Context, bankReference string) (p ReceiptProposal, found bool, err error)
	InsertReceiptProposal(ctx context.Context, p ReceiptProposal) error
	// Entries returns entries of imported bank statements by their references.
	Entries(ctx context.Context, references []string) (map[string]BankEntry, error)

	// Publish tells other services once the transaction has committed.
	Publish(ctx context.Context, e MemberAccountsOpened) error
}

// Metrics counts what the ledger does.
type Metrics interface {
	// TransferPosted counts a committed transfer and the amount that changed hands.
	TransferPosted(ctx context.Context, kind TransferKind, volume Amount)
	// PegChecked tells how ledger and bank compare.
	PegChecked(ctx context.Context, p Peg)
	// CycleClosed tells that a cycle was closed, and whether it was covered.
	CycleClosed(ctx context.Context, c Close)
}
