package settlement

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/internal/sumtree"
)

// maxClosesPerRun bounds the cycles that one run closes; the next run goes on. It is a year and a day.
const maxClosesPerRun = 367

// Closer is the use cases of closing. It is safe for concurrent use.
type Closer struct {
	store   CloseStore
	metrics Metrics

	// The tree of one closed cycle is kept: members ask for proofs of the last one.
	mu     sync.Mutex
	number int64
	tree   *sumtree.Tree
}

// NewCloser returns the use cases over a store.
func NewCloser(store CloseStore, metrics Metrics) *Closer {
	return &Closer{store: store, metrics: metrics}
}

// CloseDue closes every cycle that has ended, at midnight, and returns those that it closed.
func (cl *Closer) CloseDue(ctx context.Context) (closed []Close, err error) {
	for range maxClosesPerRun {
		_, sealed, err := cl.seal(ctx, 0)
		if err != nil {
			return closed, err
		}
		done, err := cl.closeSealed(ctx)
		closed = append(closed, done...)
		if err != nil || !sealed {
			return closed, err
		}
	}
	return closed, nil
}

// OpenCycle returns the cycle into which is posted now.
func (cl *Closer) OpenCycle(ctx context.Context) (Cycle, error) {
	last, err := cl.store.LastCycle(ctx)
	return last.next(), err
}

// CloseCycle closes the open cycle now, ahead of its midnight, and all before it. A closed one stays as it is.
// Errors: ErrCycleNotOpen.
func (cl *Closer) CloseCycle(ctx context.Context, number int64) (Close, error) {
	for range maxClosesPerRun {
		last, _, err := cl.seal(ctx, number)
		if err != nil {
			return Close{}, err
		}
		if _, err := cl.closeSealed(ctx); err != nil {
			return Close{}, err
		}
		if last.Number >= number {
			return cl.store.Close(ctx, number)
		}
	}
	return Close{}, ErrCycleNotOpen
}

// seal seals the open cycle if it is past its midnight, or is the one to end early. It returns the last sealed cycle.
func (cl *Closer) seal(ctx context.Context, early int64) (last Cycle, sealed bool, err error) {
	err = cl.store.InCloseTx(ctx, func(tx CloseTx) error {
		now, err := tx.LockCycle(ctx)
		if err != nil {
			return err
		}
		if last, err = tx.LastCycle(ctx); err != nil {
			return err
		}
		open := last.next()
		if early > open.Number && open.midnight().After(now) {
			return ErrCycleNotOpen
		}
		if open, sealed = open.seal(now, early == open.Number); !sealed {
			return nil
		}
		last = open
		return tx.InsertCycle(ctx, open)
	})
	return last, sealed, err
}

// closeSealed closes the cycles that are sealed and not closed.
func (cl *Closer) closeSealed(ctx context.Context) (closed []Close, err error) {
	for range maxClosesPerRun {
		c, found, err := cl.closeNext(ctx)
		if err != nil || !found {
			return closed, err
		}
		cl.metrics.CycleClosed(ctx, c)
		closed = append(closed, c)
	}
	return closed, nil
}

func (cl *Closer) closeNext(ctx context.Context) (closed Close, found bool, err error) {
	err = cl.store.InCloseTx(ctx, func(tx CloseTx) error {
		var c Cycle
		if c, found, err = tx.LockUnclosed(ctx); err != nil || !found {
			return err
		}
		accounts, err := tx.DrawBalances(ctx, c)
		if err != nil {
			return err
		}
		coverage, err := tx.CoverageAt(ctx, c.End)
		if err != nil {
			return err
		}
		if closed, err = newClose(c, accounts, coverage); err != nil {
			return err
		}
		if closed, err = tx.InsertClose(ctx, closed); err != nil {
			return err
		}
		if month, ends := closed.Month(); ends {
			if err := tx.InsertPeriod(ctx, month, closed.Number); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, "CloseCycle", fmt.Sprintf("cycles/%d", c.Number))
	})
	return closed, found, err
}

// Close returns a closed cycle, or ErrCycleNotFound.
func (cl *Closer) Close(ctx context.Context, number int64) (Close, error) {
	return cl.store.Close(ctx, number)
}

// Closes lists at most limit closed cycles with a number below before, the last first.
func (cl *Closer) Closes(ctx context.Context, before int64, limit int) ([]Close, error) {
	return cl.store.Closes(ctx, before, limit)
}

// Periods lists at most limit closed months that begin before a moment, the last first.
func (cl *Closer) Periods(ctx context.Context, before time.Time, limit int) ([]Span, error) {
	return cl.store.Periods(ctx, before, limit)
}

// ProveBalances returns a closed cycle and the proof of each balance of a member that is in its total.
// Errors: ErrCycleNotFound.
func (cl *Closer) ProveBalances(ctx context.Context, member string, number int64) (Close, []AccountProof, error) {
	closed, err := cl.store.Close(ctx, number)
	if err != nil {
		return Close{}, nil, err
	}
	accounts, err := cl.store.MemberClosingBalances(ctx, member, number)
	if err != nil {
		return Close{}, nil, err
	}
	tree, err := cl.treeOf(ctx, closed)
	if err != nil {
		return Close{}, nil, err
	}
	var proofs []AccountProof
	for _, a := range accounts {
		if a.Balance < 0 {
			continue
		}
		p, err := tree.Prove(string(a.ID))
		if err != nil {
			return Close{}, nil, fmt.Errorf("settlement: prove %s: %w", a.ID, err)
		}
		proofs = append(proofs, AccountProof{Account: a, Proof: p})
	}
	return closed, proofs, nil
}

// errTreeDiffers is a fault of the stored balances: they are not those that were committed to.
var errTreeDiffers = errors.New("settlement: the balances of a closed cycle lead to another root than was journaled")

// treeOf makes the tree of a closed cycle again, or takes the one that is kept.
func (cl *Closer) treeOf(ctx context.Context, c Close) (*sumtree.Tree, error) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	if cl.tree != nil && cl.number == c.Number {
		return cl.tree, nil
	}
	accounts, err := cl.store.ClosingBalances(ctx, c.Number)
	if err != nil {
		return nil, err
	}
	tree, err := c.Tree(accounts)
	if err != nil {
		return nil, err
	}
	if tree.Root() != c.Root {
		return nil, errTreeDiffers
	}
	cl.number, cl.tree = c.Number, tree
	return tree, nil
}
