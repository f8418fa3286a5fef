package settlement

import "time"

// Price is what a product costs from a day on, until a later price of it holds.
type Price struct {
	Product string
	Amount  Amount
	// EffectiveDate is midnight UTC of the first day.
	EffectiveDate time.Time
}
