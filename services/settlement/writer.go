package settlement

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

const (
	// maxBatch bounds the operations of one transaction, maxWaiting those that wait for theirs.
	maxBatch   = 1000
	maxWaiting = 20 * maxBatch
	// batchDeadline bounds a batch with all of its attempts.
	batchDeadline = 20 * time.Second
	// maxAttempts bounds the transactions that are begun for the same operations when the database fails or others are in the way;
	// firstPause is the time before the second, which doubles from then on.
	maxAttempts = 4
	firstPause  = 10 * time.Millisecond
)

// operation is what somebody wants done in the ledger: what it has to see, the accounts that it may post on, and a function over the
// books that decides. It may be applied more than once, when a transaction is repeated; only the last time counts.
type operation interface {
	// want adds to w what the operation has to see.
	want(w *Wanted)
	// accounts lists those that it may post on, when the books have what it wanted to see.
	accounts(b *Books) []AccountID
	// apply decides, and changes the books; what it did before it fails is taken back.
	apply(b *Books) error
}

// BookStore keeps the books for a Writer.
type BookStore interface {
	// InBooks runs f in one transaction: all of its effects commit together or none does. It is ErrConcurrentChange when others were
	// in the way, who are not the next time.
	InBooks(ctx context.Context, f func(BookTx) error) error
	// Caller names who calls, for the audit.
	Caller(ctx context.Context) string
}

// BookTx is the books within a transaction. Each method asks the database a number of times that does not grow with what it is given.
type BookTx interface {
	// Load returns what exists of what is wanted. It locks reads in ascending order of their ids; prices are those in force on day.
	Load(ctx context.Context, w Wanted, day time.Time) (Found, error)
	// Due is as ClawbackTx has it.
	Due(ctx context.Context, members []string) (map[string]int, error)
	// Credit returns the contracts of members, and their loans: those that are open, those repaid last, and those with these ids.
	Credit(ctx context.Context, members, loans []string) ([]Contract, []Loan, error)
	// LockBooks locks accounts in ascending order of their ids, and returns those that exist, with the input hashes of those of the
	// transfers that were made before.
	LockBooks(ctx context.Context, ids []AccountID, transfers []string) (Balances, map[string][sha256.Size]byte, error)
	// Write stores what operations did.
	Write(ctx context.Context, c Changes) error
}

// Writer does operations. Those that are asked for while a transaction runs wait, and share the next one: a lock is taken once for all
// of them, a hot account gets one new balance, and one flush to the disk makes them durable. Nobody waits while no transaction runs.
//
// There is no loop behind it. Of the callers that wait, the one who gets the turn does what all of them wait for.
type Writer struct {
	store   BookStore
	metrics Metrics
	now     func() time.Time
	// turn is full while a batch is being done.
	turn chan struct{}

	mu      sync.Mutex
	waiting []task
}

// NewWriter returns a writer over a store. now is the clock. A process needs no second one for the same store, but several are as safe:
// they meet at the locks of the accounts.
func NewWriter(store BookStore, metrics Metrics, now func() time.Time) *Writer {
	return &Writer{store: store, metrics: metrics, now: now, turn: make(chan struct{}, 1)}
}

// call is operations that somebody waits for together.
type call struct {
	ctx  context.Context //nolint:containedctx // whether the caller still waits is asked when its turn comes
	by   string
	errs []error // the outcomes, one an operation; written before done is closed
	left int     // operations without outcome; whoever has the turn changes it
	done chan struct{}
}

// task is one operation of a call.
type task struct {
	operation
	call  *call
	index int
}

// finish tells the caller the outcome.
func (t task) finish(err error) {
	t.call.errs[t.index] = err
	if t.call.left--; t.call.left == 0 {
		close(t.call.done)
	}
}

// run does one operation, whole or not at all, and returns its error.
func (w *Writer) run(ctx context.Context, op operation) error { return w.runAll(ctx, op)[0] }

// runAll does operations in their order, each whole or not at all, and returns their errors. Others' may come in between. When ctx
// ends before, those that were not begun never are, and the outcome of the others is unknown.
func (w *Writer) runAll(ctx context.Context, ops ...operation) []error {
	if len(ops) == 0 {
		return nil
	}
	c := &call{ctx: ctx, by: w.store.Caller(ctx), errs: make([]error, len(ops)), left: len(ops), done: make(chan struct{})}
	if !w.wait(c, ops) {
		return slices.Repeat([]error{ErrLedgerBusy}, len(ops))
	}
	for {
		select {
		case <-c.done:
			return c.errs
		case <-ctx.Done():
			return slices.Repeat([]error{ctx.Err()}, len(ops))
		case w.turn <- struct{}{}:
			w.takeTurn(ctx)
		}
	}
}

// wait queues a call's operations, unless too many wait already.
func (w *Writer) wait(c *call, ops []operation) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting)+len(ops) > maxWaiting {
		return false
	}
	for i, op := range ops {
		w.waiting = append(w.waiting, task{op, c, i})
	}
	return true
}

// takeTurn does a batch of what waits, for whichever callers. ctx is that of one of them, who does not end it for the others.
func (w *Writer) takeTurn(ctx context.Context) {
	defer func() { <-w.turn }()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), batchDeadline)
	defer cancel()
	if tasks := w.next(); len(tasks) > 0 {
		w.do(ctx, tasks)
	}
}

// next takes the operations that have waited for longest, without those whose callers have gone.
func (w *Writer) next() []task {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.waiting), maxBatch)
	tasks := slices.Clone(w.waiting[:n])
	w.waiting = slices.Delete(w.waiting, 0, n)
	return slices.DeleteFunc(tasks, func(t task) bool { return t.call.ctx.Err() != nil })
}

// do finishes all tasks. When their transaction fails and it is not the database that is out of reach, one of them may be what breaks
// it: each half gets a transaction of its own, down to the one that does.
func (w *Writer) do(ctx context.Context, tasks []task) {
	outcomes, transfers, err := w.repeat(ctx, tasks)
	switch {
	case err == nil:
		for _, t := range transfers {
			w.metrics.TransferPosted(ctx, t.Kind, t.volume())
		}
		for i, t := range tasks {
			t.finish(outcomes[i])
		}
	case len(tasks) == 1 || isUnavailable(err) || ctx.Err() != nil:
		for _, t := range tasks {
			t.finish(err)
		}
	default:
		w.do(ctx, tasks[:len(tasks)/2])
		w.do(ctx, tasks[len(tasks)/2:])
	}
}

// repeat runs the transaction of tasks until it commits, or fails for a reason that does not pass, or too often. A commit whose answer
// was lost may have happened: the operations then find their own work, as they do when a caller repeats them.
func (w *Writer) repeat(ctx context.Context, tasks []task) (outcomes []error, transfers []Transfer, err error) {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		outcomes, transfers, err = w.transact(ctx, tasks)
		passing := errors.Is(err, ErrConcurrentChange) || isUnavailable(err)
		if !passing || attempt == maxAttempts {
			return outcomes, transfers, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, nil, ctx.Err()
		case <-timer.C:
		}
		pause *= 2
	}
}

func isUnavailable(err error) bool {
	e := apperr.As(err)
	return e != nil && e.Kind == apperr.Unavailable
}

// transact does tasks in one transaction: what they want is locked and read, they are applied one after the other in memory, and
// what they changed is written.
func (w *Writer) transact(ctx context.Context, tasks []task) (outcomes []error, transfers []Transfer, err error) {
	err = w.store.InBooks(ctx, func(tx BookTx) error {
		books, err := w.open(ctx, tx, tasks)
		if err != nil {
			return err
		}
		outcomes = make([]error, len(tasks)) // of no earlier try
		for i, t := range tasks {
			outcomes[i] = books.attempt(t.call.by, t.apply)
		}
		changes := books.changed()
		transfers = changes.Transfers
		return tx.Write(ctx, changes)
	})
	return outcomes, transfers, err
}

// open locks and reads what tasks want.
func (w *Writer) open(ctx context.Context, tx BookTx, tasks []task) (*Books, error) {
	var wanted Wanted
	for _, t := range tasks {
		t.want(&wanted)
	}
	now := present(w.now)
	found, err := tx.Load(ctx, wanted, now)
	if err != nil {
		return nil, err
	}
	books := newBooks(now, found)
	if books.due, err = due(ctx, tx, wanted.Earners); err != nil {
		return nil, err
	}
	var accounts []AccountID
	for _, t := range tasks {
		accounts = append(accounts, t.accounts(books)...)
	}
	slices.Sort(accounts)
	if books.accounts, books.made, err = tx.LockBooks(ctx, slices.Compact(accounts), wanted.Transfers); err != nil {
		return nil, err
	}
	// Who has given everything back by now is paid as all others: what was withheld from it later, nobody would release.
	if books.due, err = due(ctx, tx, slices.Collect(maps.Keys(books.due))); err != nil {
		return nil, err
	}
	return books, openCredit(ctx, tx, books, wanted)
}

// openCredit reads what borrowers owe. Their accounts are locked, so nobody else changes it.
func openCredit(ctx context.Context, tx BookTx, books *Books, wanted Wanted) error {
	if len(wanted.Borrowers) == 0 {
		return nil
	}
	contracts, loans, err := tx.Credit(ctx, wanted.Borrowers, wanted.Loans)
	books.contracts, books.loans = make(map[string]Contract, len(contracts)), documentsOf(loans, func(l Loan) string { return l.ID })
	for _, c := range contracts {
		books.contracts[c.Member] = c
	}
	return err
}

func due(ctx context.Context, tx BookTx, members []string) (map[string]int, error) {
	if len(members) == 0 {
		return nil, nil
	}
	slices.Sort(members)
	return tx.Due(ctx, slices.Compact(members))
}

// present is the time to the microsecond, which is what the database keeps.
func present(now func() time.Time) time.Time { return now().UTC().Truncate(time.Microsecond) }
