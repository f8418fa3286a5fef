package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/testkit"
	"github.com/pcc-platform/pcc/services/settlement"
)

// credits is a ledger with its credit bank.
type credits struct {
	*settlement.Credits
	*ledger
}

func newCredits(t *testing.T) *credits {
	t.Helper()
	l := newLedger(t)
	writer := settlement.NewWriter(l.store, uncounted{}, l.clock.now)
	return &credits{Credits: settlement.NewCredits(l.store, writer, l.clock.now), ledger: l}
}

// agree makes a contract by which a member may owe twice an amount, half of it to begin with.
func (c *credits) agree(t fataler, member string, amount settlement.Amount) {
	t.Helper()
	_, err := c.SetContract(asService(context.Background()), settlement.ContractRequest{
		RequestID: uuid.NewString(), Member: member,
		Terms: settlement.Terms{Cap: 2 * amount, Fee: 10_000, Interest: 1000, GraceDays: 30, Penalty: 2000, MaxPenalty: 100_000},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// owed is what a member's account says that it owes; it must be what its loans say.
func (c *credits) owed(t fataler, member string) settlement.Amount {
	t.Helper()
	line, err := c.Line(context.Background(), member)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := c.Accounts(context.Background(), member)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		if a.ID == settlement.Credit(member) && a.Balance != -line.Owed {
			t.Fatalf("the account says %s, the loans %s", a.Balance, line.Owed)
		}
	}
	return line.Owed
}

func TestALoanPaysAPartOfAPurchase(t *testing.T) {
	c := newCredits(t)
	c.admit(t, "garage", 5000)
	q := request("garage")
	if _, err := c.HoldRead(asService(t.Context()), q); !errors.Is(err, settlement.ErrInsufficientFunds) {
		t.Fatalf("without credit: %v", err)
	}
	q = request("garage")
	q.AllowCredit = true
	if _, err := c.HoldRead(asService(t.Context()), q); !errors.Is(err, settlement.ErrNoCredit) {
		t.Fatalf("without a contract: %v", err)
	}
	c.agree(t, "garage", price-5000)
	var read settlement.Read
	for range 2 {
		var err error
		if read, err = c.HoldRead(asService(t.Context()), q); err != nil {
			t.Fatal(err)
		}
	}
	if available, held := c.balances(t, "garage"); available != 0 || held != price || c.owed(t, "garage") != price-5000 {
		t.Errorf("%s available, %s held", available, held)
	}
	line, err := c.Line(t.Context(), "garage")
	if err != nil || len(line.Loans) != 1 || line.Loans[0].Read != read.ID || line.Loans[0].Charges != 200 || line.Left() != 0 {
		t.Errorf("line %+v, %v", line, err)
	}
	another := request("garage")
	another.AllowCredit = true
	if _, err := c.HoldRead(asService(t.Context()), another); !errors.Is(err, settlement.ErrCreditLimit) {
		t.Errorf("above the limit: %v", err)
	}
	c.mustBalance(t)
}

func TestRepaymentsAreMadeOnce(t *testing.T) {
	c := newCredits(t)
	c.admit(t, "garage", 1000)
	c.agree(t, "garage", 10_000)
	loan, err := c.Draw(asService(t.Context()), "garage", "1", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Draw(asService(t.Context()), "garage", "1", 10_000); err != nil || again.ID != loan.ID || !again.DueTime.Equal(loan.DueTime) || again.Charges != 100 {
		t.Errorf("drawn again: %+v, %v; want %+v", again, err, loan)
	}
	if _, err := c.Draw(asService(t.Context()), "garage", "1", 9999); !errors.Is(err, settlement.ErrRequestIDReused) {
		t.Errorf("drawn otherwise: %v", err)
	}
	c.clock.advance(10 * 24 * time.Hour) // a fee of 100, and 10 a day
	request := uuid.NewString()
	for range 2 {
		if loan, err = c.Repay(asService(t.Context()), "garage", loan.ID, request, 5200); err != nil || loan.Outstanding != 5000 || loan.Charges != 0 {
			t.Fatalf("repaid a part: %+v, %v", loan, err)
		}
	}
	if _, err := c.Repay(asService(t.Context()), "garage", loan.ID, request, 5201); !errors.Is(err, settlement.ErrRequestIDReused) {
		t.Errorf("repaid otherwise: %v", err)
	}
	if _, err := c.Repay(asService(t.Context()), "oem", loan.ID, uuid.NewString(), 1); !errors.Is(err, settlement.ErrLoanNotFound) {
		t.Errorf("another's loan: %v", err)
	}
	if loan, err = c.Repay(asService(t.Context()), "garage", loan.ID, uuid.NewString(), settlement.MaxAmount); err != nil || loan.RepayTime.IsZero() {
		t.Fatalf("repaid: %+v, %v", loan, err)
	}
	line, err := c.Line(t.Context(), "garage")
	if err != nil || line.Limit.Percent != 60 || line.Owed != 0 || len(line.Loans) != 0 {
		t.Errorf("line %+v, %v", line, err)
	}
	if available, _ := c.balances(t, "garage"); available != 800 {
		t.Errorf("%s available after charges of 0.0200", available)
	}
	c.mustBalance(t)
}

// TestCreditFollowsItsRules lends and repays at random as time goes by, and compares the account with the loans.
func TestCreditFollowsItsRules(t *testing.T) {
	c := newCredits(t)
	rapid.Check(t, func(t *rapid.T) {
		member := testkit.ID("m")
		c.admit(t, member, 20_000)
		c.agree(t, member, 10_000)
		ctx := asService(context.Background())
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			line, err := c.Line(ctx, member)
			if err != nil {
				t.Fatal(err)
			}
			amount := settlement.Amount(rapid.Int64Range(1, 8000).Draw(t, "amount"))
			switch rapid.SampledFrom([]string{"draw", "repay", "wait"}).Draw(t, "step") {
			case "draw":
				_, err := c.Draw(ctx, member, uuid.NewString(), amount)
				if want := amount > line.Left(); want != errors.Is(err, settlement.ErrCreditLimit) || !want && err != nil {
					t.Fatalf("drew %s of %+v: %v", amount, line, err)
				}
			case "repay":
				if len(line.Loans) > 0 {
					if _, err := c.Repay(ctx, member, line.Loans[0].ID, uuid.NewString(), amount); err != nil && !errors.Is(err, settlement.ErrInsufficientFunds) {
						t.Fatal(err)
					}
				}
			default:
				c.clock.advance(time.Duration(rapid.IntRange(1, 20).Draw(t, "days")) * 24 * time.Hour)
			}
			if owed := c.owed(t, member); owed < 0 || owed > 20_000 {
				t.Fatalf("%s is owed", owed)
			}
		}
		c.mustBalance(t)
	})
}

// TestCreditIsNotDrawnTwice has many draw at the same time what is left only once.
func TestCreditIsNotDrawnTwice(t *testing.T) {
	c := newCredits(t)
	c.admit(t, "garage", 0)
	c.agree(t, "garage", 1000)
	other := settlement.NewCredits(c.store, settlement.NewWriter(c.store, uncounted{}, c.clock.now), c.clock.now) // another process
	var draws errgroup.Group
	for i := range 16 {
		bank := []*settlement.Credits{c.Credits, other}[i%2]
		draws.Go(func() error {
			_, err := bank.Draw(asService(context.Background()), "garage", uuid.NewString(), 300)
			if errors.Is(err, settlement.ErrCreditLimit) {
				return nil
			}
			return err
		})
	}
	if err := draws.Wait(); err != nil {
		t.Fatal(err)
	}
	if owed := c.owed(t, "garage"); owed != 900 {
		t.Errorf("%s is owed of a limit of 0.1000", owed)
	}
	_, err := c.owner.Exec(t.Context(), `UPDATE account SET balance = -2001 WHERE id = 'member:garage:credit'`)
	if constraintOf(err) != "account_not_overdrawn" {
		t.Errorf("beyond the cap by hand: %v", err)
	}
}

func TestALowerCapKeepsWhatIsOwed(t *testing.T) {
	c := newCredits(t)
	c.admit(t, "garage", 0)
	c.agree(t, "garage", 1000)
	loan, err := c.Draw(asService(t.Context()), "garage", uuid.NewString(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	c.agree(t, "garage", 1)
	line, err := c.Line(t.Context(), "garage")
	if err != nil || line.Contract.Version != 2 || line.Left() != 0 || line.Loans[0].ContractVersion != 1 {
		t.Errorf("line %+v, %v", line, err)
	}
	if loan, err = c.Repay(asService(t.Context()), "garage", loan.ID, uuid.NewString(), 510); err != nil || loan.Outstanding != 500 {
		t.Errorf("repaid %+v, %v", loan, err)
	}
	if _, err := c.Draw(asService(t.Context()), "garage", uuid.NewString(), 1); !errors.Is(err, settlement.ErrCreditLimit) {
		t.Errorf("drawn above the new cap: %v", err)
	}
}

// TestLentMoneyIsNotPaidOut has a member ask for euro that it was lent.
func TestLentMoneyIsNotPaidOut(t *testing.T) {
	b := newBank(t)
	b.admit(t, "garage", 10*euro)
	c := &credits{Credits: settlement.NewCredits(b.store, settlement.NewWriter(b.store, uncounted{}, b.clock.now), b.clock.now), ledger: b.ledger}
	c.agree(t, "garage", 5*euro)
	if _, err := c.Draw(asService(t.Context()), "garage", uuid.NewString(), 5*euro); err != nil {
		t.Fatal(err)
	}
	b.wantPeg(t, true)
	if _, err := b.RequestPayout(asService(t.Context()), payoutRequest("garage", 10*euro+100, "garage/first")); !errors.Is(err, settlement.ErrCreditOwed) {
		t.Errorf("a payout of what was lent: %v", err)
	}
	b.request(t, "garage", 10*euro)
	b.wantAvailable(t, "garage", 5*euro)
	peg, err := b.CheckPeg(t.Context())
	if err != nil || !peg.Holds() || peg.Credit != 5*euro {
		t.Errorf("peg %+v, %v", peg, err)
	}
}
