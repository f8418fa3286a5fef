package settlement

import (
	"context"
	"fmt"
	"time"
)

// Service is the ledger's use cases. It is safe for concurrent use.
type Service struct {
	store   Store
	writer  *Writer
	metrics Metrics
	policy  SplitPolicy
	limit   Amount
	now     func() time.Time
}

// NewService returns the ledger over a store, whose writer does what is asked for most. limit is the largest receipt that one person records alone, now is the clock.
func NewService(store Store, writer *Writer, metrics Metrics, policy SplitPolicy, limit Amount, now func() time.Time) *Service {
	return &Service{store: store, writer: writer, metrics: metrics, policy: policy, limit: limit, now: now}
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
	return s.store.Prices(ctx, present(s.now))
}

// TrialBalance sums the whole ledger.
func (s *Service) TrialBalance(ctx context.Context) (TrialBalance, error) {
	return s.store.TrialBalance(ctx)
}

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
