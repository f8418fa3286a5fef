package settlement

import "time"

// QuoteValidity is how long a quote is good for.
const QuoteValidity = 24 * time.Hour

// Quote promises a member a price, whatever becomes of the price list.
type Quote struct {
	ID      string // UUID, derived from member and request id
	Member  string
	Product string
	Amount  Amount
	// PriceVersion is that of the price list.
	PriceVersion           int
	CreateTime, ExpireTime time.Time
}

func newQuote(member, requestID string, p Price, now time.Time) Quote {
	return Quote{
		ID: deriveID("quote", member, requestID), Member: member, Product: p.Product, Amount: p.Amount, PriceVersion: p.Version,
		CreateTime: now, ExpireTime: now.Add(QuoteValidity),
	}
}

// priceFor is the quoted price for a read that a member begins now. Errors: ErrQuoteNotFound, ErrQuoteExpired.
func (q Quote) priceFor(payer, product string, now time.Time) (Amount, error) {
	switch {
	case q.Member != payer || q.Product != product:
		return 0, ErrQuoteNotFound
	case !now.Before(q.ExpireTime):
		return 0, ErrQuoteExpired
	}
	return q.Amount, nil
}
