package settlement

import (
	"fmt"
	"strings"
)

// AccountID names an account: "member:<member>:available", ":held", ":credit" or ":claims", or one of the constants below.
type AccountID string

const (
	// BankEUR mirrors the euro on the consortium's bank account: its balance is the negative of what is owed.
	BankEUR AccountID = "bank:eur"
	// PoolHolder collects the dividends of the holders of data.
	PoolHolder AccountID = "pool:holder"
	// PoolInfrastructure collects the fees that pay for the platform.
	PoolInfrastructure AccountID = "pool:infrastructure"
	// SuspensePayout holds what members are being paid out, until the bank's statement shows it.
	SuspensePayout AccountID = "suspense:payout"
	// SuspenseReceipt holds receipts that name no member.
	SuspenseReceipt AccountID = "suspense:receipt"
)

const (
	memberPrefix    = "member:"
	availableSuffix = ":available"
	heldSuffix      = ":held"
	creditSuffix    = ":credit"
	claimsSuffix    = ":claims"
)

// Available is the account of what a member can spend.
func Available(member string) AccountID { return AccountID(memberPrefix + member + availableSuffix) }

// Held is the account of what a member has set aside for reads under way.
func Held(member string) AccountID { return AccountID(memberPrefix + member + heldSuffix) }

// Credit is the account of what a member was lent: it is negative by what the member still has to repay, down to the overdraft
// that its contract allows.
func Credit(member string) AccountID { return AccountID(memberPrefix + member + creditSuffix) }

// Claims is the account of what was withheld from a member for those who claim something back from it.
func Claims(member string) AccountID { return AccountID(memberPrefix + member + claimsSuffix) }

// Member returns the id of the member that owns the account, "" for the platform's own.
func (id AccountID) Member() string {
	rest, ok := strings.CutPrefix(string(id), memberPrefix)
	if !ok {
		return ""
	}
	member, _, _ := strings.Cut(rest, ":")
	return member
}

// Account is an account as it stands.
type Account struct {
	ID      AccountID
	Balance Amount
	// Overdraft is how far below zero payments may bring the balance: nothing, but for the bank and lines of credit.
	Overdraft Amount
}

// Balances are accounts that are locked, as they stand after what was posted on them.
type Balances map[AccountID]Account

// apply moves the amounts of a transfer, all or none. Errors: ErrMemberNotFound (the platform's own accounts always exist),
// ErrInsufficientFunds, ErrAmountOverflow.
func (b Balances) apply(t Transfer) error {
	after := make([]Account, len(t.Postings))
	for i, p := range t.Postings {
		a, found := b[p.Account]
		if !found {
			return fmt.Errorf("account %s: %w", p.Account, ErrMemberNotFound)
		}
		var err error
		if a.Balance, err = a.Balance.Add(p.Amount); err != nil {
			return err
		}
		if p.Amount < 0 && a.Balance < -a.Overdraft {
			return ErrInsufficientFunds
		}
		after[i] = a
	}
	for _, a := range after {
		b[a.ID] = a
	}
	return nil
}

// MemberAccountsOpened tells that a member's accounts exist.
type MemberAccountsOpened struct {
	Member string
}
