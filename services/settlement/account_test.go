package settlement

import (
	"errors"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

func TestAccountsOfAMember(t *testing.T) {
	for id, want := range map[AccountID]string{
		Available("garage"): "garage", Held("garage"): "garage", Credit("garage"): "garage", Claims("garage"): "garage",
		BankEUR: "", PoolHolder: "", SuspensePayout: "",
	} {
		if got := id.Member(); got != want {
			t.Errorf("%s is of %q, want %q", id, got, want)
		}
	}
}

// TestBalancesTakeATransferWholeOrNotAtAll posts random transfers on accounts, one of which may be overdrawn.
func TestBalancesTakeATransferWholeOrNotAtAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := Amount(rapid.Int64Range(0, 50).Draw(t, "overdraft"))
		b := Balances{}
		ids := []AccountID{Available("a"), Available("b"), Credit("a")}
		for _, id := range ids {
			b[id] = Account{ID: id, Balance: 20}
		}
		b[ids[2]] = Account{ID: ids[2], Overdraft: limit}
		for range rapid.IntRange(1, 20).Draw(t, "transfers") {
			before, amount := maps.Clone(b), Amount(rapid.Int64Range(1, 30).Draw(t, "amount"))
			from, to := rapid.SampledFrom(ids).Draw(t, "from"), rapid.SampledFrom(ids).Draw(t, "to")
			transfer, err := newTransfer("t", KindMint, "", hashOf(), Posting{from, -amount}, Posting{to, amount})
			if err != nil {
				t.Fatal(err)
			}
			err = b.apply(transfer)
			if short := from != to && before[from].Balance-amount < -before[from].Overdraft; short != errors.Is(err, ErrInsufficientFunds) {
				t.Fatalf("%s of %s: %v", amount, before[from].Balance, err)
			}
			if err != nil && !maps.Equal(b, before) {
				t.Fatalf("a refused transfer changed %v to %v", before, b)
			}
			if sum := b[ids[0]].Balance + b[ids[1]].Balance + b[ids[2]].Balance; sum != 40 {
				t.Fatalf("the sum is %s", sum)
			}
		}
	})
}

func TestBalancesRefuseWhatDoesNotExistOrFit(t *testing.T) {
	b := Balances{BankEUR: {ID: BankEUR, Overdraft: MaxAmount}, Available("a"): {ID: Available("a"), Balance: MaxAmount}}
	for account, want := range map[AccountID]error{Available("none"): ErrMemberNotFound, Available("a"): ErrAmountOverflow} {
		transfer, err := newTransfer("t", KindMint, "", hashOf(), Posting{BankEUR, -1}, Posting{account, 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.apply(transfer); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", account, err, want)
		}
	}
	if b[BankEUR].Balance != 0 {
		t.Errorf("the bank has %s", b[BankEUR].Balance)
	}
}
