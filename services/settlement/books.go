package settlement

import (
	"crypto/sha256"
	"time"
)

// Wanted names what operations have to see of the ledger, beside the accounts that they post on.
type Wanted struct {
	// Reads and Pending transfers are held until the transaction ends.
	Reads, Pending []string
	// Transfers may have been made before.
	Transfers []string
	// Products whose prices are asked for.
	Products []string
	// Quotes of any member.
	Quotes []string
	// Earners are members that are paid shares.
	Earners []string
	// Borrowers are members whose contract and loans are asked for, beside the loans of theirs with these ids.
	Borrowers, Loans []string
}

// Found is what there is of what was wanted.
type Found struct {
	Reads   []Read
	Pending []Pending
	Prices  []Price
	Quotes  []Quote
}

// Changes are what a batch of operations leaves behind.
type Changes struct {
	// Transfers are in the order in which they were made. Their accounts are locked.
	Transfers []Transfer
	// Reads are new, or were held before; Pending transfers are new, or were pending.
	Reads   []Read
	Pending []Pending
	// Loans are new, or have another amount owed.
	Loans  []Loan
	Audits []Audit
}

// Audit tells that somebody acted on a resource.
type Audit struct {
	By, Action, Resource string
}

// Books are what the operations of a batch see and change, one after the other: each meets what those before it left.
type Books struct {
	// now is the present of all operations of the batch.
	now      time.Time
	accounts Balances
	reads    documents[Read]
	pending  documents[Pending]
	made     map[string][sha256.Size]byte // transfers by id
	prices   map[string]Amount
	quotes   map[string]Quote
	// due are the earners that have something to give back: see Read.clawback.
	due map[string]int
	// contracts and loans are the borrowers', by member and by id.
	contracts map[string]Contract
	loans     documents[Loan]
	changes   Changes
	// by is who asks for the operation that is under way, undo takes back what it did so far, last first.
	by   string
	undo []func()
}

func newBooks(now time.Time, found Found) *Books {
	b := &Books{
		now: now, prices: make(map[string]Amount, len(found.Prices)), quotes: make(map[string]Quote, len(found.Quotes)),
		reads:   documentsOf(found.Reads, func(r Read) string { return r.ID }),
		pending: documentsOf(found.Pending, func(p Pending) string { return p.ID }),
	}
	for _, q := range found.Quotes {
		b.quotes[q.ID] = q
	}
	for _, p := range found.Prices {
		b.prices[p.Product] = p.Amount
	}
	return b
}

// attempt runs an operation for somebody. One that fails leaves nothing behind.
func (b *Books) attempt(by string, f func(*Books) error) error {
	b.by, b.undo = by, b.undo[:0]
	err := f(b)
	if err != nil {
		for i := len(b.undo) - 1; i >= 0; i-- {
			b.undo[i]()
		}
	}
	return err
}

// set stores a thing of one kind.
func set[T any](b *Books, in *documents[T], id string, v T) { b.undo = append(b.undo, in.set(id, v)) }

// price is that of a wanted product, or ErrProductUnknown.
func (b *Books) price(product string) (Amount, error) {
	amount, found := b.prices[product]
	if !found {
		return 0, ErrProductUnknown
	}
	return amount, nil
}

// quote returns a quote that was wanted, or ErrQuoteNotFound.
func (b *Books) quote(id string) (Quote, error) {
	q, found := b.quotes[id]
	if !found {
		return Quote{}, ErrQuoteNotFound
	}
	return q, nil
}

// post makes a transfer. Errors: those of Balances.
func (b *Books) post(t Transfer) error {
	before := make([]Account, len(t.Postings))
	for i, p := range t.Postings {
		before[i] = b.accounts[p.Account]
	}
	if err := b.accounts.apply(t); err != nil {
		return err
	}
	b.changes.Transfers = append(b.changes.Transfers, t)
	b.made[t.ID] = t.InputHash
	b.undo = append(b.undo, func() {
		delete(b.made, t.ID)
		b.changes.Transfers = b.changes.Transfers[:len(b.changes.Transfers)-1]
		for _, a := range before {
			b.accounts[a.ID] = a
		}
	})
	return nil
}

// audit records that whoever asks acts on a resource.
func (b *Books) audit(action, resource string) {
	b.changes.Audits = append(b.changes.Audits, Audit{By: b.by, Action: action, Resource: resource})
	b.undo = append(b.undo, func() { b.changes.Audits = b.changes.Audits[:len(b.changes.Audits)-1] })
}

// changed is what all operations have left behind.
func (b *Books) changed() Changes {
	b.changes.Reads, b.changes.Pending, b.changes.Loans = b.reads.changes(), b.pending.changes(), b.loans.changes()
	return b.changes
}

// documents are things of one kind by their ids, as they stand.
type documents[T any] struct {
	byID map[string]T
	// changed are the ids of what was set, those set twice twice.
	changed []string
}

func documentsOf[T any](found []T, id func(T) string) documents[T] {
	d := documents[T]{byID: make(map[string]T, len(found))}
	for _, v := range found {
		d.byID[id(v)] = v
	}
	return d
}

func (d *documents[T]) get(id string) (T, bool) {
	v, found := d.byID[id]
	return v, found
}

// set stores v and returns what takes that back.
func (d *documents[T]) set(id string, v T) (undo func()) {
	before, was := d.byID[id]
	d.byID[id] = v
	d.changed = append(d.changed, id)
	return func() {
		d.changed = d.changed[:len(d.changed)-1]
		if was {
			d.byID[id] = before
		} else {
			delete(d.byID, id)
		}
	}
}

// changes lists what was set, as it is in the end, in the order in which it first was.
func (d *documents[T]) changes() (changed []T) {
	listed := make(map[string]bool, len(d.changed))
	for _, id := range d.changed {
		if !listed[id] {
			changed = append(changed, d.byID[id])
		}
		listed[id] = true
	}
	return changed
}
