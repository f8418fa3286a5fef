package settlement

import (
	"context"
	"time"
)

// CloseStore keeps cycles and their closes beside the ledger.
type CloseStore interface {
	// InCloseTx runs f in one transaction: all of its effects commit together or none does.
	InCloseTx(ctx context.Context, f func(CloseTx) error) error
	// LastCycle is as CloseTx has it, as of now.
	LastCycle(ctx context.Context) (Cycle, error)
	// Close returns a closed cycle, or ErrCycleNotFound.
	Close(ctx context.Context, number int64) (Close, error)
	// Closes lists closed cycles with a number below before, the last first.
	Closes(ctx context.Context, before int64, limit int) ([]Close, error)
	// Periods lists closed months that begin before a moment, the last first.
	Periods(ctx context.Context, before time.Time, limit int) ([]Span, error)
	// ClosingBalances lists the balance of every account at the end of a closed cycle.
	ClosingBalances(ctx context.Context, cycle int64) ([]Account, error)
	// MemberClosingBalances lists those of a member by account.
	MemberClosingBalances(ctx context.Context, member string, cycle int64) ([]Account, error)
}

// CloseTx is cycles and their closes within a transaction.
type CloseTx interface {
	// LockCycle waits for all who post, keeps others from it until the transaction ends, and returns the present.
	LockCycle(ctx context.Context) (now time.Time, err error)
	// LastCycle returns the last sealed cycle; before the first, number 0, which ends with the midnight before the ledger was opened.
	LastCycle(ctx context.Context) (Cycle, error)
	// InsertCycle seals a cycle.
	InsertCycle(ctx context.Context, c Cycle) error

	// LockUnclosed lets one transaction at a time close, and returns the first sealed cycle that is not closed; found is false when
	// all are.
	LockUnclosed(ctx context.Context) (c Cycle, found bool, err error)
	// DrawBalances records the balance of every account at the end of a sealed cycle, and what each party received and paid in it.
	// It returns the balances.
	DrawBalances(ctx context.Context, c Cycle) ([]Account, error)
	// CoverageAt returns reserve and receipts as of a moment in sealed cycles.
	CoverageAt(ctx context.Context, at time.Time) (Coverage, error)
	// InsertClose closes a cycle and journals it; the result has its place there, and its time.
	InsertClose(ctx context.Context, c Close) (Close, error)
	// InsertPeriod closes a month, which ends with a closed cycle.
	InsertPeriod(ctx context.Context, month Month, last int64) error
	// Audit records that the caller in ctx acted on a resource.
	Audit(ctx context.Context, action, resource string) error
}
