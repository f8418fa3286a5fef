package settlement

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/services/settlement/iso20022"
)

// TestMonthIsPaidOutWhole: what is paid out leaves what stays, and less than a cent more unless the bank takes no larger amount.
func TestMonthIsPaidOutWhole(t *testing.T) {
	amounts := rapid.Int64Range(0, 20*int64(amountOf(iso20022.MaxPayment)))
	rapid.Check(t, func(t *rapid.T) {
		d := DuePayout{Closing: Amount(amounts.Draw(t, "closing"))}
		d.Keep = Amount(amounts.Draw(t, "keep"))
		available := Amount(amounts.Draw(t, "available"))
		q, worth := d.request(available)
		rest := min(d.Closing, available) - d.Keep
		switch {
		case !worth && rest >= centUnits:
			t.Fatalf("nothing of %s is paid out", rest)
		case worth && (q.Amount <= 0 || q.Amount%centUnits != 0 || q.Amount > rest):
			t.Fatalf("%s of %s is paid out", q.Amount, rest)
		case worth && rest-q.Amount >= centUnits && q.Amount != amountOf(iso20022.MaxPayment):
			t.Fatalf("only %s of %s is paid out", q.Amount, rest)
		}
	})
}
