package settlement

import (
	"context"
	"time"
)

// ContractRequest asks for a new version of a member's contract.
type ContractRequest struct {
	// RequestID is the caller's; the same one never makes two versions.
	RequestID string
	Member    string
	Terms     Terms
}

// CreditStore keeps contracts and loans beside the ledger.
type CreditStore interface {
	// InCreditTx runs f in one transaction: all of its effects commit together or none does.
	InCreditTx(ctx context.Context, f func(CreditTx) error) error
	// MemberCredit returns a member's contract, its open loans and those repaid last; found is false when it has no contract.
	MemberCredit(ctx context.Context, member string) (c Contract, found bool, loans []Loan, err error)
	// MemberLoans lists loans of a member with an id above after, ascending.
	MemberLoans(ctx context.Context, member, after string, limit int) ([]Loan, error)
}

// CreditTx is contracts within a transaction.
type CreditTx interface {
	Poster

	// RequestedContract returns the contract that a request has made; found is false when it has made none.
	RequestedContract(ctx context.Context, requestID string) (c Contract, found bool, err error)
	// LastContract is the number of versions of a member's contract.
	LastContract(ctx context.Context, member string) (int, error)
	InsertContract(ctx context.Context, c Contract, requestID string) error
	// SetOverdraft bounds how far below zero payments may bring an account that is locked, but not above where it stands.
	SetOverdraft(ctx context.Context, account AccountID, overdraft Amount) error
}

// Credits is the use cases of the credit bank. It is safe for concurrent use.
type Credits struct {
	store  CreditStore
	writer *Writer
	now    func() time.Time
}

// NewCredits returns the use cases over a store and the process's writer. now is the clock.
func NewCredits(store CreditStore, writer *Writer, now func() time.Time) *Credits {
	return &Credits{store: store, writer: writer, now: now}
}

// SetContract makes a new version of a member's contract, for loans from now on. It is idempotent by request id.
// Errors: ErrAmountInvalid, an invalid field of the terms, ErrMemberNotFound, ErrRequestIDReused.
func (c *Credits) SetContract(ctx context.Context, q ContractRequest) (made Contract, err error) {
	if err := q.Terms.validate(); err != nil {
		return Contract{}, err
	}
	err = c.store.InCreditTx(ctx, func(tx CreditTx) error {
		// The member's account is locked, so the look-ups below see every version before this one.
		if _, err := lock(ctx, tx, []AccountID{Credit(q.Member)}); err != nil {
			return err
		}
		var found bool
		if made, found, err = tx.RequestedContract(ctx, q.RequestID); err != nil {
			return err
		}
		if found {
			if made.Member != q.Member || made.Terms != q.Terms {
				return ErrRequestIDReused
			}
			return nil
		}
		last, err := tx.LastContract(ctx, q.Member)
		if err != nil {
			return err
		}
		made = Contract{Member: q.Member, Version: last + 1, Terms: q.Terms, CreateTime: present(c.now)}
		if err := tx.InsertContract(ctx, made, q.RequestID); err != nil {
			return err
		}
		if err := tx.SetOverdraft(ctx, Credit(q.Member), q.Terms.Cap); err != nil {
			return err
		}
		return tx.Audit(ctx, "SetContract", "members/"+q.Member)
	})
	return made, err
}

// Line returns a member's line of credit as it stands, or ErrNoCredit.
func (c *Credits) Line(ctx context.Context, member string) (CreditLine, error) {
	contract, found, loans, err := c.store.MemberCredit(ctx, member)
	if err != nil {
		return CreditLine{}, err
	}
	if !found {
		return CreditLine{}, ErrNoCredit
	}
	return newCreditLine(contract, loans, present(c.now))
}

// Draw lends a member an amount. It is idempotent by member and request id.
// Errors: ErrAmountInvalid, ErrMemberNotFound, ErrNoCredit, ErrCreditLimit, ErrRequestIDReused.
func (c *Credits) Draw(ctx context.Context, member, requestID string, amount Amount) (Loan, error) {
	if amount <= 0 {
		return Loan{}, ErrAmountInvalid
	}
	op := &drawing{member: member, id: deriveID("loan", member, requestID), amount: amount}
	err := c.writer.run(ctx, op)
	return op.loan, err
}

// Repay pays a loan of a member's back: at most an amount, which may be more than is owed. Charges are paid first. It is idempotent by
// loan and request id, and changes nothing about a loan that is repaid.
// Errors: ErrAmountInvalid, ErrLoanNotFound, ErrInsufficientFunds, ErrRequestIDReused.
func (c *Credits) Repay(ctx context.Context, member, loan, requestID string, amount Amount) (Loan, error) {
	if amount <= 0 {
		return Loan{}, ErrAmountInvalid
	}
	op := &repaying{member: member, id: loan, request: requestID, amount: amount}
	err := c.writer.run(ctx, op)
	return op.loan, err
}

// Loans lists at most limit loans of a member with an id above after, as charged until now.
func (c *Credits) Loans(ctx context.Context, member, after string, limit int) ([]Loan, error) {
	loans, err := c.store.MemberLoans(ctx, member, after, limit)
	if err != nil {
		return nil, err
	}
	for i, l := range loans {
		if loans[i], err = l.Charged(present(c.now)); err != nil {
			return nil, err
		}
	}
	return loans, nil
}
