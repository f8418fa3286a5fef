package settlement

import (
	"context"
	"errors"
	"time"
)

// Ledger is the use cases of transfers that are not of a read. It is safe for concurrent use.
type Ledger struct {
	store   LedgerStore
	writer  *Writer
	metrics Metrics
	now     func() time.Time
}

// NewLedger returns the use cases over a store and the process's writer. now is the clock.
func NewLedger(store LedgerStore, writer *Writer, metrics Metrics, now func() time.Time) *Ledger {
	return &Ledger{store: store, writer: writer, metrics: metrics, now: now}
}

// TransferResult says what came of a request: it was made now, was there before (Exists), or was refused.
type TransferResult struct {
	Exists bool
	Err    error
}

// CreateTransfers makes transfers in the order of the requests, each whole or not at all; those that are linked
// all or none. It is idempotent by the ids. The error is of the call; those of requests are in their results: ErrAmountInvalid,
// ErrAccountNotTransferable, an invalid field, ErrMemberNotFound, ErrInsufficientFunds, ErrTransferExists, ErrLinkedRefused.
func (l *Ledger) CreateTransfers(ctx context.Context, requests []TransferRequest) ([]TransferResult, error) {
	chains := chainsOf(requests)
	ops := make([]operation, len(chains))
	for i, c := range chains {
		ops[i] = c
	}
	results := make([]TransferResult, 0, len(requests))
	for i, err := range l.writer.runAll(ctx, ops...) {
		if err != nil && !errors.Is(err, errChainRefused) {
			return nil, err
		}
		results = append(results, chains[i].results(err != nil)...)
	}
	return results, nil
}

// PostPending pays out what a pending transfer has set aside. A posted one stays so.
// Errors: ErrTransferNotFound, ErrTransferVoided, ErrTransferExpired.
func (l *Ledger) PostPending(ctx context.Context, id string) (Pending, error) {
	op := postingStep(id)
	err := l.writer.run(ctx, op)
	return op.result, err
}

// VoidPending gives back what a pending transfer has set aside. A voided or expired one stays so.
// Errors: ErrTransferNotFound, ErrTransferPosted.
func (l *Ledger) VoidPending(ctx context.Context, id string) (Pending, error) {
	op := givingBack(id)
	err := l.writer.run(ctx, op)
	return op.result, err
}

// Expire gives back what pending transfers have set aside whose time has passed, at most sweepBatch of them, and returns how many. One
// that cannot be given back does not keep the others.
func (l *Ledger) Expire(ctx context.Context) (expired int, err error) {
	ids, err := l.store.Overdue(ctx, present(l.now), sweepBatch)
	if err != nil {
		return 0, err
	}
	steps := make([]operation, len(ids))
	for i, id := range ids {
		steps[i] = givingBack(id)
	}
	return sweep(ids, l.writer.runAll(ctx, steps...), ErrTransferPosted)
}

// MemberTransfer returns a transfer that posts on an account of the member, with its own postings only, or ErrTransferNotFound.
func (l *Ledger) MemberTransfer(ctx context.Context, member, id string) (PostedTransfer, error) {
	return l.store.MemberTransfer(ctx, member, id)
}

// Transfers lists at most limit transfers with a number above after, in the order in which they were made.
func (l *Ledger) Transfers(ctx context.Context, after int64, limit int) ([]PostedTransfer, error) {
	return l.store.Transfers(ctx, after, limit)
}
