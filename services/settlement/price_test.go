package settlement

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNoPriceOfAPastDayChanges sets prices as days go by, and looks at every day's price again after each.
func TestNoPriceOfAPastDayChanges(t *testing.T) {
	start := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	inForce := func(versions []Price, day time.Time) (p Price) {
		for _, v := range versions { // ascending: a later version of the same day takes the place of an earlier one
			if !v.EffectiveDate.After(day) && !v.EffectiveDate.Before(p.EffectiveDate) {
				p = v
			}
		}
		return p
	}
	rapid.Check(t, func(t *rapid.T) {
		var versions []Price
		past := map[time.Time]Price{}
		for now := start; now.Before(start.AddDate(0, 0, 12)); now = now.Add(7 * time.Hour) {
			c := PriceChange{
				Product: "p", Amount: Amount(rapid.Int64Range(0, 3).Draw(t, "amount")),
				EffectiveDate: dayOf(now).AddDate(0, 0, rapid.IntRange(-1, 4).Draw(t, "days")),
			}
			p, err := c.price(len(versions), now)
			early := c.EffectiveDate.Before(dayOf(now)) || len(versions) > 0 && c.EffectiveDate.Equal(dayOf(now))
			switch {
			case c.Amount == 0:
				if !errors.Is(err, ErrAmountInvalid) {
					t.Fatalf("a price of nothing: %v", err)
				}
			case early:
				if !errors.Is(err, ErrEffectiveDatePast) {
					t.Fatalf("%s set at %s: %v", c.EffectiveDate, now, err)
				}
			case err != nil || p.Version != len(versions)+1 || !c.repeats(p):
				t.Fatalf("%+v of %+v: %v", p, c, err)
			default:
				versions = append(versions, p)
			}
			if len(versions) > 0 {
				past[dayOf(now)] = inForce(versions, dayOf(now))
			}
			for day, want := range past {
				if got := inForce(versions, day); got != want {
					t.Fatalf("on %s the price was %+v, and now it was %+v", day, want, got)
				}
			}
		}
	})
}

func TestAQuoteIsForItsMemberProductAndTime(t *testing.T) {
	now := time.Date(2026, time.January, 1, 12, 0, 0, 0, time.UTC)
	q := newQuote("garage", "1", Price{Product: "p", Version: 3, Amount: 7}, now)
	for name, c := range map[string]struct {
		payer, product string
		after          time.Duration
		want           error
	}{
		"at once":       {"garage", "p", 0, nil},
		"last moment":   {"garage", "p", QuoteValidity - 1, nil},
		"too late":      {"garage", "p", QuoteValidity, ErrQuoteExpired},
		"other member":  {"oem", "p", 0, ErrQuoteNotFound},
		"other product": {"garage", "q", 0, ErrQuoteNotFound},
	} {
		got, err := q.priceFor(c.payer, c.product, now.Add(c.after))
		if !errors.Is(err, c.want) || err == nil && got != 7 {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}
