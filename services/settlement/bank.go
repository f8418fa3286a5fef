package settlement

import (
	"context"
	"time"

	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// BankAccount is the consortium's account in euro, and what one person may move on it alone.
type BankAccount struct {
	// Party is the holder, as the bank knows it; without IBAN, statements are not taken and payouts not exported.
	Party iso20022.Party
	// Limit is the largest receipt that one person records and the largest payout that one person asks for; above it there
	// are two.
	Limit Amount
}

// Bank is the use cases that tie the ledger to the consortium's bank account. It is safe for concurrent use.
type Bank struct {
	store   BankStore
	metrics Metrics
	account BankAccount
	now     func() time.Time
}

// NewBank returns the use cases over a store. now is the clock.
func NewBank(store BankStore, metrics Metrics, account BankAccount, now func() time.Time) *Bank {
	return &Bank{store: store, metrics: metrics, account: account, now: now}
}

// Limit is the largest payout that needs no second person.
func (b *Bank) Limit() Amount { return b.account.Limit }

// CheckPeg compares ledger and bank, and counts the result.
func (b *Bank) CheckPeg(ctx context.Context) (Peg, error) {
	p, err := b.store.Peg(ctx)
	if err == nil {
		b.metrics.PegChecked(ctx, p)
	}
	return p, err
}

// ImportStatement books a camt.053 document. Every entry has its outcome in the result; the same statement again gives the
// result of the first time.
// Errors: those of iso20022.ReadStatement, ErrBankNotConfigured, ErrAccountForeign, ErrStatementExists, ErrStatementGap,
// ErrEntryDuplicate.
func (b *Bank) ImportStatement(ctx context.Context, document []byte) (BankStatement, Peg, error) {
	if b.account.Party.IBAN == "" {
		return BankStatement{}, Peg{}, ErrBankNotConfigured
	}
	read, err := iso20022.ReadStatement(document)
	if err != nil {
		return BankStatement{}, Peg{}, err
	}
	if read.IBAN != b.account.Party.IBAN {
		return BankStatement{}, Peg{}, ErrAccountForeign
	}
	i := &statementImport{read: read, statement: newBankStatement(read), now: present(b.now)}
	err = b.store.InBankTx(ctx, func(tx BankTx) error { return i.run(ctx, tx) })
	if err != nil {
		return BankStatement{}, Peg{}, err
	}
	b.count(ctx, i.posted...)
	peg, err := b.CheckPeg(ctx)
	return i.statement, peg, err
}

// count counts transfers whose transaction has committed.
func (b *Bank) count(ctx context.Context, posted ...Transfer) {
	for _, t := range posted {
		b.metrics.TransferPosted(ctx, t.Kind, t.volume())
	}
}
