package settlement

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/internal/sumtree"
)

// Close is a closed cycle: a commitment to every balance at its end, and what covers them.
type Close struct {
	Cycle
	// Root commits to all balances that are not negative. Its Sum is what they add up to.
	Root sumtree.Node
	// TreeKey is secret: with it, the tree is made again.
	TreeKey []byte
	Coverage
	// Leaf is the frame in the journal, appended to its stream at or behind the number JournaledAfter.
	Leaf           []byte
	JournaledAfter int64
	CloseTime      time.Time
}

// Coverage is what covers all positive balances at the end of a cycle.
type Coverage struct {
	// Reserve is the closing balance of the last bank statement, Statement its id; zero and "" before the first.
	Reserve   Amount
	Statement string
	// Unconfirmed is what people recorded as received and no statement had shown.
	Unconfirmed Amount
	// Credit is what members had drawn.
	Credit Amount
}

// Total is what all positive balances add up to.
func (c Close) Total() Amount { return Amount(c.Root.Sum) }

// Covered says whether every PCC_token is covered: the total equals reserve, unconfirmed receipts and credit drawn.
func (c Close) Covered() bool {
	covered, err := sum(c.Reserve, c.Unconfirmed, c.Credit)
	return err == nil && c.Total() == covered
}

func sum(amounts ...Amount) (total Amount, err error) {
	for _, a := range amounts {
		if total, err = total.Add(a); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// newClose commits to the balances of all accounts at the end of a cycle. They add up to zero: what is negative is owed, by the
// bank or by members that have drawn credit.
func newClose(c Cycle, accounts []Account, coverage Coverage) (Close, error) {
	closed := Close{Cycle: c, Coverage: coverage, TreeKey: make([]byte, sumtree.KeyBytes)}
	_, _ = rand.Read(closed.TreeKey) // never fails, by its documentation
	var total Amount
	for _, a := range accounts {
		var err error
		if total, err = total.Add(a.Balance); err != nil {
			return Close{}, err
		}
		if a.Balance < 0 && a.ID != BankEUR {
			if closed.Credit, err = closed.Credit.Add(-a.Balance); err != nil {
				return Close{}, err
			}
		}
	}
	if total != 0 {
		return Close{}, fmt.Errorf("settlement: the balances at the end of cycle %d add up to %s", c.Number, total)
	}
	tree, err := closed.Tree(accounts)
	if err != nil {
		return Close{}, err
	}
	closed.Root = tree.Root()
	return closed, nil
}

// Tree is the sum tree over the balances of all accounts at the end of the cycle.
func (c Close) Tree(accounts []Account) (*sumtree.Tree, error) {
	var leaves []sumtree.Account
	for _, a := range accounts {
		if a.Balance >= 0 {
			leaves = append(leaves, sumtree.Account{ID: string(a.ID), Balance: int64(a.Balance)})
		}
	}
	tree, err := sumtree.New(leaves, c.TreeKey)
	if err != nil {
		return nil, fmt.Errorf("settlement: tree of cycle %d: %w", c.Number, err)
	}
	return tree, nil
}

// AccountProof shows that a balance is in a closed cycle's total.
type AccountProof struct {
	Account
	sumtree.Proof
}
