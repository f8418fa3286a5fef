package settlement

import "strings"

// AccountID names an account: "member:<member>:available", "member:<member>:held", or one of the constants below.
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
)

// Available is the account of what a member can spend.
func Available(member string) AccountID { return AccountID(memberPrefix + member + availableSuffix) }

// Held is the account of what a member has set aside for reads under way.
func Held(member string) AccountID { return AccountID(memberPrefix + member + heldSuffix) }

// Member returns the id of the member that owns the account, "" for the platform's own.
func (id AccountID) Member() string {
	rest, ok := strings.CutPrefix(string(id), memberPrefix)
	if !ok {
		return ""
	}
	member, _, _ := strings.Cut(rest, ":")
	return member
}

// Account is an account with its balance.
type Account struct {
	ID      AccountID
	Balance Amount
}

// MemberAccountsOpened tells that a member's accounts exist.
type MemberAccountsOpened struct {
	Member string
}
