package settlement

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Service is the ledger's use cases. It is safe for concurrent use.
type Service struct {
	store   Store
	metrics Metrics
	policy  SplitPolicy
	limit   Amount
	now     func() time.Time
}

// NewService returns the ledger over a store. limit is the largest receipt that one person records alone, now is the clock.
func NewService(store Store, metrics Metrics, policy SplitPolicy, limit Amount, now func() time.Time) *Service {
	return &Service{store: store, metrics: metrics, policy: policy, limit: limit, now: now}
}

// OpenMemberAccounts makes the accounts of an admitted member within tx and tells that they exist. Members that have
// accounts keep them.
func (s *Service) OpenMemberAccounts(ctx context.Context, tx Tx, member string) error {
	opened, err := tx.OpenAccounts(ctx, member)
	if err != nil || !opened {
		return err
	}
	if err := tx.Audit(ctx, "OpenMemberAccounts", "members/"+member); err != nil {
		return err
	}
	return tx.Publish(ctx, MemberAccountsOpened{Member: member})
}

// HoldRead sets the price in force aside on the payer's account. It is idempotent by payer and request id: a repetition
// gets the read as it is by now, which may be captured, or voided when it was given up for too long.
// Errors: ErrMemberNotFound, ErrProductUnknown, ErrPriceAboveMaximum, ErrInsufficientFunds, ErrRequestIDReused.
func (s *Service) HoldRead(ctx context.Context, q HoldRequest) (r Read, err error) {
	var t Transfer
	posted := false
	err = s.store.InTx(ctx, func(tx Tx) (err error) {
		// Every hold locks its payer's accounts, so a repetition finds the read of the first request.
		balances, err := lock(ctx, tx, []AccountID{Available(q.Payer), Held(q.Payer)})
		if err != nil {
			return err
		}
		r, err = tx.Read(ctx, q.readID())
		if err == nil && r.RequestHash != q.hash() {
			return ErrRequestIDReused
		}
		if !errors.Is(err, ErrReadNotFound) {
			return err
		}
		posted = true
		r, t, err = s.holdOnce(ctx, tx, q, balances)
		return err
	})
	return r, s.concluded(ctx, t, posted, err)
}

func (s *Service) holdOnce(ctx context.Context, tx Tx, q HoldRequest, balances Balances) (Read, Transfer, error) {
	now := s.time()
	price, err := tx.Price(ctx, q.Product, now)
	if err != nil {
		return Read{}, Transfer{}, err
	}
	r, t, err := q.hold(price, now)
	if err != nil {
		return Read{}, Transfer{}, err
	}
	if err := post(ctx, tx, balances, t); err != nil {
		return Read{}, Transfer{}, err
	}
	if err := tx.InsertRead(ctx, r); err != nil {
		return Read{}, Transfer{}, err
	}
	return r, t, tx.Audit(ctx, "HoldRead", "reads/"+r.ID)
}

// CaptureRead pays a held read out by the split policy. A captured read stays as it is.
// Errors: ErrReadNotFound, ErrReadVoided, ErrMemberNotFound (a contributor without accounts), ErrContributionInvalid.
func (s *Service) CaptureRead(ctx context.Context, id string, contributions []Contribution) (Read, error) {
	return s.settle(ctx, id, "CaptureRead", ReadCaptured, func(r Read) (Read, Transfer, error) {
		return r.capture(s.policy, contributions, s.time())
	})
}

// VoidRead gives a held read's price back. A voided read stays voided.
// Errors: ErrReadNotFound, ErrReadCaptured.
func (s *Service) VoidRead(ctx context.Context, id string) (Read, error) {
	return s.settle(ctx, id, "VoidRead", ReadVoided, Read.void)
}

// settle ends a held read by a step to the final state; a read that is there already stays as it is.
func (s *Service) settle(ctx context.Context, id, action string, final ReadState, step func(Read) (Read, Transfer, error)) (r Read, err error) {
	var t Transfer
	posted := false
	err = s.store.InTx(ctx, func(tx Tx) (err error) {
		if r, err = tx.LockRead(ctx, id); err != nil || r.State == final {
			return err
		}
		if r, t, err = step(r); err != nil {
			return err
		}
		balances, err := lock(ctx, tx, t.accounts())
		if err != nil {
			return err
		}
		if err := post(ctx, tx, balances, t); err != nil {
			return err
		}
		if err := tx.UpdateRead(ctx, r); err != nil {
			return err
		}
		posted = true
		return tx.Audit(ctx, action, "reads/"+id)
	})
	return r, s.concluded(ctx, t, posted, err)
}

// VerifyRead returns the read when payer holds it captured for passport, ErrReadNotFound otherwise.
func (s *Service) VerifyRead(ctx context.Context, id, payer, passport string) (Read, error) {
	r, err := s.store.Read(ctx, id)
	if err != nil {
		return Read{}, err
	}
	if r.State != ReadCaptured || r.Payer != payer || r.Passport != passport {
		return Read{}, ErrReadNotFound
	}
	return r, nil
}

// Accounts lists the accounts of a member.
func (s *Service) Accounts(ctx context.Context, member string) ([]Account, error) {
	return s.store.Accounts(ctx, member)
}

// StatementLines lists at most limit postings after number after on one account of a member, or ErrAccountNotFound.
func (s *Service) StatementLines(ctx context.Context, member string, account AccountID, after int64, limit int) ([]StatementLine, error) {
	return s.store.StatementLines(ctx, member, account, after, limit)
}

// MemberRead returns a read that member pays, or ErrReadNotFound.
func (s *Service) MemberRead(ctx context.Context, member, id string) (Read, error) {
	return s.store.MemberRead(ctx, member, id)
}

// Prices lists the prices in force today.
func (s *Service) Prices(ctx context.Context) ([]Price, error) {
	return s.store.Prices(ctx, s.time())
}

// TrialBalance sums the whole ledger.
func (s *Service) TrialBalance(ctx context.Context) (TrialBalance, error) {
	return s.store.TrialBalance(ctx)
}

// time is the present to the microsecond, which is what the database keeps.
func (s *Service) time() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// concluded counts a transfer that was posted, once its transaction has committed, and passes err on.
func (s *Service) concluded(ctx context.Context, t Transfer, posted bool, err error) error {
	if err == nil && posted {
		s.metrics.TransferPosted(ctx, t.Kind, t.volume())
	}
	return err
}

// lock holds all accounts, or is ErrMemberNotFound: the platform's own accounts always exist.
func lock(ctx context.Context, tx Poster, ids []AccountID) (Balances, error) {
	balances, err := tx.LockAccounts(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if _, ok := balances[id]; !ok {
			return nil, fmt.Errorf("account %s: %w", id, ErrMemberNotFound)
		}
	}
	return balances, nil
}

// post records a transfer whose accounts are locked, and moves its amounts on balances.
func post(ctx context.Context, tx Poster, balances Balances, t Transfer) error {
	if err := balances.apply(t); err != nil {
		return err
	}
	return tx.InsertTransfer(ctx, t)
}
