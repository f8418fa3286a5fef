package settlement

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func drawTerms(t *rapid.T) Terms {
	rate := func(name string, most uint32) PPM { return PPM(rapid.Uint32Range(0, most).Draw(t, name)) }
	return Terms{
		Cap: Amount(rapid.Int64Range(1, 1_000_000).Draw(t, "cap")), Fee: rate("fee", 100_000), Interest: rate("interest", 10_000),
		GraceDays: rapid.IntRange(1, 60).Draw(t, "grace"), Penalty: rate("penalty", 50_000), MaxPenalty: rate("max penalty", 500_000),
	}
}

// TestChargesGrowByWholeDays charges a loan at random times, and holds the result against the terms.
func TestChargesGrowByWholeDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Contract{Member: "m", Version: 1, Terms: drawTerms(t)}
		l, err := newLoan("1", "", c, Amount(rapid.Int64Range(1, 1_000_000).Draw(t, "principal")), captureTime)
		if err != nil {
			t.Fatal(err)
		}
		fee, steps, now := l.Charges, 0, captureTime
		for range rapid.IntRange(1, 10).Draw(t, "times") {
			before := l
			now = now.Add(time.Duration(rapid.IntRange(0, 20*24).Draw(t, "hours")) * time.Hour)
			if l, err = l.Charged(now); err != nil {
				t.Fatal(err)
			}
			if l.Charges < before.Charges || now.Sub(l.ChargeTime) >= day || l.ChargeTime.Before(before.ChargeTime) {
				t.Fatalf("%+v charged until %s: %+v", before, now, l)
			}
			if again, err := l.Charged(now); err != nil || again != l {
				t.Fatalf("charged twice: %+v, %v", again, err)
			}
			steps++
		}
		days := int64(l.ChargeTime.Sub(captureTime) / day)
		late := max(days-int64(c.GraceDays), 0)
		interest, _ := c.Interest.of(l.Principal, days)
		penalty, _ := c.Penalty.of(l.Principal, late)
		most, _ := c.MaxPenalty.of(l.Principal, 1)
		want := fee + interest + min(penalty, most)
		if l.Charges > want || want-l.Charges > Amount(2*steps) || l.Penalty > most {
			t.Fatalf("%d days, %d late: charged %s in %d steps, want %s but for what each rounds down", days, late, l.Charges, steps, want)
		}
	})
}

// TestALoanIsRepaidToTheLastUnit pays at random times until nothing is owed, and adds up what was paid.
func TestALoanIsRepaidToTheLastUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Contract{Member: "m", Version: 1, Terms: drawTerms(t)}
		principal := Amount(rapid.Int64Range(1, 100_000).Draw(t, "principal"))
		l, err := newLoan("1", "", c, principal, captureTime)
		if err != nil {
			t.Fatal(err)
		}
		b := Balances{
			Available("m"): {ID: Available("m"), Balance: 10_000_000}, PoolInfrastructure: {ID: PoolInfrastructure},
			Credit("m"): {ID: Credit("m"), Overdraft: principal},
		}
		draw, err := l.draw()
		if err != nil || b.apply(draw) != nil {
			t.Fatal(draw, err)
		}
		now, charged := captureTime, l.Charges
		for i := 0; l.RepayTime.IsZero(); i++ {
			now = now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "hours")) * time.Hour)
			due, err := l.Charged(now)
			if err != nil {
				t.Fatal(err)
			}
			charged += due.Charges - l.Charges
			amount := Amount(rapid.Int64Range(1, 60_000).Draw(t, "amount")) + due.Charges
			var transfer Transfer
			if l, transfer, err = l.repay(amount, fmt.Sprint(i), now); err != nil {
				t.Fatal(err)
			}
			if err := b.apply(transfer); err != nil {
				t.Fatal(err)
			}
			if b[Credit("m")].Balance != -l.Outstanding || l.Outstanding > 0 && l.Charges > 0 && transfer.volume() < amount {
				t.Fatalf("%s is owed of %+v after %v", -b[Credit("m")].Balance, l, transfer)
			}
		}
		if b[PoolInfrastructure].Balance != charged || b[Available("m")].Balance != 10_000_000-charged || l.Charges != 0 {
			t.Fatalf("charged %s, and %+v", charged, b)
		}
	})
}

// TestTheLimitIsOfTheCapAndOfBehaviour computes limits of random histories.
func TestTheLimitIsOfTheCapAndOfBehaviour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Contract{Member: "m", Version: 1, Terms: drawTerms(t)}
		var loans []Loan
		for i := range rapid.IntRange(0, 30).Draw(t, "loans") {
			due := captureTime.Add(time.Duration(i) * day)
			repaid := due.Add(time.Duration(rapid.IntRange(-10, 10).Draw(t, "late")) * time.Hour)
			loans = append(loans, Loan{ID: fmt.Sprint(i), DueTime: due, RepayTime: repaid})
		}
		now := captureTime.AddDate(1, 0, 0)
		l := limitOf(c, loans, now)
		if l.Amount < 0 || l.Amount > c.Cap || l.Percent < 0 || l.Percent > 100 || l.Amount != c.Cap.part(BasisPoints(l.Percent*100)) { //nolint:gosec // checked
			t.Fatalf("limit %+v of %s", l, c.Cap)
		}
		if last := l.Reasons[len(l.Reasons)-1]; !strings.Contains(last, fmt.Sprintf("%d %%", l.Percent)) {
			t.Fatalf("%d %% explained by %q", l.Percent, last)
		}
		better := slices.Concat(loans, []Loan{{ID: "last", DueTime: now, RepayTime: now}})
		if got := limitOf(c, better, now); got.Percent < l.Percent && len(loans) < BehaviourLoans {
			t.Fatalf("a loan repaid on time takes the limit from %d %% to %d %%", l.Percent, got.Percent)
		}
		overdue := slices.Concat(loans, []Loan{{ID: "overdue", DueTime: now.Add(-1)}})
		if got := limitOf(c, overdue, now); got.Amount != 0 || got.Percent != 0 {
			t.Fatalf("with an overdue loan %+v", got)
		}
	})
}

func TestALineOfCreditIsDrawnToItsLimit(t *testing.T) {
	c := Contract{Member: "m", Version: 1, Terms: Terms{Cap: 1000, GraceDays: 30}}
	line, err := newCreditLine(c, []Loan{{ID: "1", Outstanding: 200, Principal: 300, DueTime: captureTime.Add(day)}}, captureTime)
	if err != nil || line.Owed != 200 || line.Left() != 300 {
		t.Fatalf("line %+v, %v", line, err)
	}
	if _, err := line.draw("2", "", 301, captureTime); !errors.Is(err, ErrCreditLimit) {
		t.Errorf("above the limit: %v", err)
	}
	if l, err := line.draw("2", "", 300, captureTime); err != nil || l.DueTime != captureTime.Add(30*day) {
		t.Errorf("to the limit: %+v, %v", l, err)
	}
	line.Loans = make([]Loan, maxOpenLoans)
	if _, err := line.draw("2", "", 1, captureTime); !errors.Is(err, ErrCreditLimit) {
		t.Errorf("one loan too many: %v", err)
	}
}

func TestRatesOfLargeAmounts(t *testing.T) {
	for _, c := range []struct {
		rate PPM
		a    Amount
		days int64
		want Amount
	}{{1, 999_999, 1, 0}, {1, 1_000_000, 1, 1}, {wholePPM, MaxAmount, 1, MaxAmount}, {10, MaxAmount, 100_000, MaxAmount}} {
		if got, err := c.rate.of(c.a, c.days); err != nil || got != c.want {
			t.Errorf("%d of %s for %d days: %s, %v", c.rate, c.a, c.days, got, err)
		}
	}
	for _, days := range []int64{2, 100_000_000} {
		if got, err := wholePPM.of(MaxAmount, days); !errors.Is(err, ErrAmountOverflow) {
			t.Errorf("overflow gives %s, %v", got, err)
		}
	}
}
