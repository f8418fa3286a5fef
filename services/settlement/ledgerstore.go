package settlement

import (
	"context"
	"time"
)

// LedgerStore keeps transfers that are not of a read.
type LedgerStore interface {
	// InLedgerTx runs f in one transaction: all of its effects commit together or none does.
	InLedgerTx(ctx context.Context, f func(LedgerTx) error) error
	// Overdue lists the ids of pending transfers whose time has passed, oldest first.
	Overdue(ctx context.Context, now time.Time, limit int) ([]string, error)
	// MemberTransfer returns a transfer that posts on an account of the member, with its own postings only, or ErrTransferNotFound.
	MemberTransfer(ctx context.Context, member, id string) (PostedTransfer, error)
	// Transfers lists transfers with a number above after, in the order in which they were made.
	Transfers(ctx context.Context, after int64, limit int) ([]PostedTransfer, error)
}

// LedgerTx is such transfers within a transaction.
type LedgerTx interface {
	Poster

	// Transfer returns any transfer, or ErrTransferNotFound.
	Transfer(ctx context.Context, id string) (PostedTransfer, error)
	// Reversal returns what is known of the reversal of a transfer; found is false when nobody proposed one.
	Reversal(ctx context.Context, transfer string) (r Reversal, found bool, err error)
	InsertReversal(ctx context.Context, r Reversal) error
	// ApproveReversal stores the second person.
	ApproveReversal(ctx context.Context, r Reversal) error
}

// PostedTransfer is a transfer as it stands in the books.
type PostedTransfer struct {
	Transfer
	// Seq numbers transfers in the order in which they were made, with gaps.
	Seq        int64
	CreateTime time.Time
}
