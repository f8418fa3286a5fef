package settlement

import "errors"

// errChainRefused tells the writer to take back what a chain did; the reason is with the request that was refused.
var errChainRefused = errors.New("settlement: a transfer of the chain was refused")

// chain is the operation that makes transfers which are linked, all or none. A transfer that is not linked is a chain of one.
type chain struct {
	requests  []TransferRequest
	transfers []Transfer
	// refused is the index of the request that was, and why; whole is why all of them are, whatever the ledger holds.
	refused int
	err     error
	whole   error
	exists  bool
}

// chainsOf splits requests at those that are not linked with the next.
func chainsOf(requests []TransferRequest) (chains []*chain) {
	for start := 0; start < len(requests); {
		end := start
		for end < len(requests)-1 && requests[end].Linked {
			end++
		}
		chains = append(chains, newChain(requests[start:end+1]))
		start = end + 1
	}
	return chains
}

// newChain makes the transfers of a chain as far as they do not depend on the ledger.
func newChain(requests []TransferRequest) *chain {
	c := &chain{requests: requests, transfers: make([]Transfer, len(requests))}
	if len(requests) > maxLinked || requests[len(requests)-1].Linked {
		c.whole = ErrLinkedOpen
		return c
	}
	for i, q := range requests {
		err := q.validate()
		if err == nil {
			c.transfers[i], err = q.transfer()
		}
		if err != nil {
			c.refused, c.whole = i, err
			return c
		}
	}
	return c
}

func (c *chain) want(w *Wanted) {
	for _, q := range c.requests {
		w.Transfers = append(w.Transfers, q.ID)
	}
}

func (c *chain) accounts(*Books) []AccountID {
	if c.whole != nil {
		return nil
	}
	var ids []AccountID
	for _, t := range c.transfers {
		ids = append(ids, t.accounts()...)
	}
	return ids
}

func (c *chain) apply(b *Books) error {
	c.exists, c.err = false, c.whole
	if c.err == nil {
		c.exists, c.refused, c.err = c.made(b)
	}
	for i := 0; i < len(c.requests) && c.err == nil && !c.exists; i++ {
		c.refused, c.err = i, c.make(b, i)
	}
	if c.err != nil {
		return errChainRefused
	}
	return nil
}

// made says whether the chain was made before. One of which only a part is there is refused: linked transfers are made together.
func (c *chain) made(b *Books) (all bool, refused int, err error) {
	n := 0
	for i, t := range c.transfers {
		hash, found := b.made[t.ID]
		if found && hash != t.InputHash {
			return false, i, ErrTransferExists
		}
		if found {
			n, refused = n+1, i
		}
	}
	if n > 0 && n < len(c.transfers) {
		return false, refused, ErrTransferExists
	}
	return n > 0, 0, nil
}

func (c *chain) make(b *Books, i int) error {
	if _, twice := b.made[c.transfers[i].ID]; twice {
		return ErrTransferExists
	}
	if err := b.post(c.transfers[i]); err != nil {
		return err
	}
	if q := c.requests[i]; q.PendingTimeout > 0 {
		set(b, &b.pending, q.ID, q.pending(b.now))
	}
	b.audit("CreateTransfers", "transfers/"+c.transfers[i].ID)
	return nil
}

// results says what came of each request, once the chain was applied.
func (c *chain) results(refused bool) []TransferResult {
	results := make([]TransferResult, len(c.requests))
	for i := range results {
		switch {
		case !refused:
			results[i].Exists = c.exists
		case i == c.refused:
			results[i].Err = c.err
		default:
			results[i].Err = ErrLinkedRefused
		}
	}
	return results
}
