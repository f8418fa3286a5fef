package settlement

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// refutationBatch bounds the refutations of one round, affectedBatch the reads that are asked for at once, and dueBatch the
	// unsettled versions that one round tries. The next round takes the rest.
	refutationBatch = 20
	affectedBatch   = 100
	dueBatch        = 200
)

// ClawbackStore keeps refutations and the versions of reads that they make.
type ClawbackStore interface {
	// InClawbackTx runs f in one transaction: all of its effects commit together or none does.
	InClawbackTx(ctx context.Context, f func(ClawbackTx) error) error
	// OpenRefutations lists refutations that are not finished, oldest first, leaving out those of passports of which a read is
	// held that was begun before the ledger knew of them: it may still be captured with the event.
	OpenRefutations(ctx context.Context, limit int) ([]Refutation, error)
	// AffectedReads lists the ids, above after, of reads of the passport that were captured since a time with a contribution of
	// the refutation's member to its field, ascending.
	AffectedReads(ctx context.Context, f Refutation, since time.Time, after string, limit int) ([]string, error)
	// DueReads lists reads with a version that is not settled, those tried longest ago first.
	DueReads(ctx context.Context, limit int) ([]string, error)
	// FinishRefutation records that all reads are divided anew.
	FinishRefutation(ctx context.Context, event string) error
}

// ClawbackTx is versions of reads within a transaction.
type ClawbackTx interface {
	Poster

	// InsertRefutation records a refutation once; a repetition changes nothing.
	InsertRefutation(ctx context.Context, f Refutation) error
	// LockRevisedRead holds a read until the transaction ends, and returns it with its revisions; or ErrReadNotFound.
	LockRevisedRead(ctx context.Context, id string) (Read, error)
	// InsertRevision records a version by which the losers have to give something back. Their accounts are locked.
	InsertRevision(ctx context.Context, r Read, v Revision, losers []string) error
	// Due counts the unsettled versions by which each of the members has to give something back, leaving out those with none.
	Due(ctx context.Context, members []string) (map[string]int, error)
	// SettleRevision stores the settle time.
	SettleRevision(ctx context.Context, read string, v Revision) error
	// PutOff remembers when an unsettled version of a read was tried.
	PutOff(ctx context.Context, read string, at time.Time) error
}

// Clawbacks divides reads anew whose events were refuted. It is safe for concurrent use, also by several processes: who holds a
// read's row decides.
type Clawbacks struct {
	store   ClawbackStore
	metrics Metrics
	now     func() time.Time
}

// NewClawbacks returns the use cases over a store. now is the clock.
func NewClawbacks(store ClawbackStore, metrics Metrics, now func() time.Time) *Clawbacks {
	return &Clawbacks{store: store, metrics: metrics, now: now}
}

// Refuted takes a refutation in, within tx. The reads are divided anew by Run.
func (c *Clawbacks) Refuted(ctx context.Context, tx ClawbackTx, f Refutation) error {
	f.ReceiveTime = present(c.now)
	return tx.InsertRefutation(ctx, f)
}

// Run works one round: reads of new refutations are divided anew, and versions that waited for somebody's money are tried again. It
// returns how many versions were settled. What fails does not keep the rest.
func (c *Clawbacks) Run(ctx context.Context) (settled int, err error) {
	refutations, err := c.store.OpenRefutations(ctx, refutationBatch)
	if err != nil {
		return 0, err
	}
	var failures []error
	for _, f := range refutations {
		n, err := c.divideAll(ctx, f)
		settled += n
		if err != nil {
			failures = append(failures, fmt.Errorf("refutation of %s: %w", f.Event, err))
		}
	}
	due, err := c.store.DueReads(ctx, dueBatch)
	if err != nil {
		return settled, errors.Join(append(failures, err)...)
	}
	for _, id := range due {
		done, err := c.step(ctx, id, nil)
		settled += done
		if err != nil {
			failures = append(failures, fmt.Errorf("version of reads/%s: %w", id, err))
		}
	}
	return settled, errors.Join(failures...)
}

// divideAll divides the reads that a refutation concerns. Tried again after a failure, it passes over what it did before.
func (c *Clawbacks) divideAll(ctx context.Context, f Refutation) (settled int, err error) {
	since := f.Time.Add(-ClawbackPeriod)
	for after := ""; ; {
		ids, err := c.store.AffectedReads(ctx, f, since, after, affectedBatch)
		if err != nil {
			return settled, err
		}
		for _, id := range ids {
			done, err := c.step(ctx, id, &f)
			settled += done
			if err != nil {
				return settled, err
			}
		}
		if len(ids) < affectedBatch {
			return settled, c.store.FinishRefutation(ctx, f.Event)
		}
		after = ids[len(ids)-1]
	}
}

// step divides one read anew, if a refutation is given, and settles those of its versions that can be, in their order.
func (c *Clawbacks) step(ctx context.Context, id string, f *Refutation) (settled int, err error) {
	var posted []Transfer
	err = c.store.InClawbackTx(ctx, func(tx ClawbackTx) error {
		posted, settled = nil, 0 // of an earlier try
		r, err := tx.LockRevisedRead(ctx, id)
		if err != nil {
			return err
		}
		before := len(r.Revisions)
		if f != nil {
			v, ok, err := r.refute(*f, present(c.now))
			if err != nil || !ok {
				return err
			}
			r.Revisions = append(r.Revisions, v)
		}
		s := &settling{read: r, tx: tx, now: present(c.now)}
		if err := s.lock(ctx); err != nil {
			return err
		}
		if len(r.Revisions) > before {
			if err := s.insert(ctx); err != nil {
				return err
			}
		}
		if err := s.run(ctx); err != nil {
			return err
		}
		posted, settled = s.posted, s.settled
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, t := range posted {
		c.metrics.TransferPosted(ctx, t.Kind, t.volume())
	}
	return settled, nil
}

// settling is the versions of one read on their way into the ledger, in a transaction that holds the read.
type settling struct {
	read Read
	tx   ClawbackTx
	now  time.Time

	// differences are those of the versions that are not settled, by version.
	differences map[int][]Posting
	balances    Balances
	posted      []Transfer
	settled     int
}

// lock holds all accounts that the unsettled versions may touch.
func (s *settling) lock(ctx context.Context) (err error) {
	s.differences = map[int][]Posting{}
	var accounts []AccountID
	for _, v := range s.read.Revisions {
		if !v.SettleTime.IsZero() {
			continue
		}
		if s.differences[v.Version], err = s.read.differences(v.Version); err != nil {
			return err
		}
		for _, d := range s.differences[v.Version] {
			accounts = append(accounts, d.Account)
			if member := d.Account.Member(); member != "" {
				accounts = append(accounts, Claims(member))
			}
		}
	}
	if len(accounts) > 0 {
		s.balances, err = lock(ctx, s.tx, accounts)
	}
	return err
}

// insert records the last version.
func (s *settling) insert(ctx context.Context) error {
	last := s.read.Revisions[len(s.read.Revisions)-1]
	if err := s.tx.InsertRevision(ctx, s.read, last, losers(s.differences[last.Version])); err != nil {
		return err
	}
	return s.tx.Audit(ctx, "DivideRead", "reads/"+s.read.ID)
}

// run settles the versions up to the first for which somebody does not have enough.
func (s *settling) run(ctx context.Context) error {
	for _, v := range s.read.Revisions {
		if !v.SettleTime.IsZero() {
			continue
		}
		ok, err := s.pay(ctx, v)
		if err != nil {
			return err
		}
		if !ok {
			return s.tx.PutOff(ctx, s.read.ID, s.now)
		}
		v.SettleTime = s.now
		if err := s.tx.SettleRevision(ctx, s.read.ID, v); err != nil {
			return err
		}
		s.settled++
	}
	return nil
}

// pay makes the transfer of a version, if it has one; false when somebody does not have enough.
func (s *settling) pay(ctx context.Context, v Revision) (bool, error) {
	differences := s.differences[v.Version]
	if len(differences) == 0 {
		return true, nil
	}
	var members []string
	for _, d := range differences {
		if member := d.Account.Member(); member != "" {
			members = append(members, member)
		}
	}
	due, err := s.tx.Due(ctx, members)
	if err != nil {
		return false, err
	}
	t, ok, err := s.read.clawback(v.Version, differences, s.balances, due)
	if err != nil || !ok {
		return false, err
	}
	if err := post(ctx, s.tx, s.balances, t); err != nil {
		return false, err
	}
	s.posted = append(s.posted, t)
	return true, nil
}
