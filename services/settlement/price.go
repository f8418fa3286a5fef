package settlement

import (
	"context"
	"time"
)

// Price is a version of what a product costs: from a day on, until a later day's version of it holds.
type Price struct {
	Product string
	// Version counts the prices of a product from 1, in the order in which they were set.
	Version int
	Amount  Amount
	// EffectiveDate is midnight UTC of the first day.
	EffectiveDate time.Time
	CreateTime    time.Time
}

// PriceChange asks for a new version of a price.
type PriceChange struct {
	// RequestID is the caller's; the same one never sets two prices.
	RequestID     string
	Product       string
	Amount        Amount
	EffectiveDate time.Time
}

// price is the version after last, 0 for none. What was in force on a day stays what it was: a price holds from tomorrow on at the
// earliest, but the first of a product may from today on.
func (c PriceChange) price(last int, now time.Time) (Price, error) {
	earliest := dayOf(now)
	if last > 0 {
		earliest = earliest.AddDate(0, 0, 1)
	}
	switch {
	case c.Amount <= 0:
		return Price{}, ErrAmountInvalid
	case c.EffectiveDate.Before(earliest):
		return Price{}, ErrEffectiveDatePast
	}
	return Price{Product: c.Product, Version: last + 1, Amount: c.Amount, EffectiveDate: c.EffectiveDate, CreateTime: now}, nil
}

// repeats says whether c was the request for a recorded price.
func (c PriceChange) repeats(p Price) bool {
	return c.Product == p.Product && c.Amount == p.Amount && c.EffectiveDate.Equal(p.EffectiveDate)
}

// PriceStore keeps the price list and quotes.
type PriceStore interface {
	// InPriceTx runs f in one transaction: all of its effects commit together or none does.
	InPriceTx(ctx context.Context, f func(PriceTx) error) error
	// PriceVersions lists versions of a product's price below before, the last one first.
	PriceVersions(ctx context.Context, product string, before, limit int) ([]Price, error)
}

// PriceTx is the price list and quotes within a transaction.
type PriceTx interface {
	// LockPriceList lets one transaction after the other change the list.
	LockPriceList(ctx context.Context) error
	// RequestedPrice returns the price that a request has set; found is false when it has set none.
	RequestedPrice(ctx context.Context, requestID string) (p Price, found bool, err error)
	// LastVersion is the number of versions of a product's price.
	LastVersion(ctx context.Context, product string) (int, error)
	InsertPrice(ctx context.Context, p Price, requestID string) error

	// PriceOn returns the price in force on day, or ErrProductUnknown.
	PriceOn(ctx context.Context, product string, day time.Time) (Price, error)
	// InsertQuote records a quote, unless there is one of its id, and returns the recorded one.
	InsertQuote(ctx context.Context, q Quote) (Quote, error)

	// Audit records that the caller in ctx acted on a resource.
	Audit(ctx context.Context, action, resource string) error
}

// PriceList is the use cases of prices and quotes. It is safe for concurrent use.
type PriceList struct {
	store PriceStore
	now   func() time.Time
}

// NewPriceList returns the use cases over a store. now is the clock.
func NewPriceList(store PriceStore, now func() time.Time) *PriceList {
	return &PriceList{store: store, now: now}
}

// SetPrice adds a version to the list. It is idempotent by request id.
// Errors: ErrAmountInvalid, ErrEffectiveDatePast, ErrRequestIDReused.
func (l *PriceList) SetPrice(ctx context.Context, c PriceChange) (p Price, err error) {
	err = l.store.InPriceTx(ctx, func(tx PriceTx) error {
		if err := tx.LockPriceList(ctx); err != nil {
			return err
		}
		var found bool
		if p, found, err = tx.RequestedPrice(ctx, c.RequestID); err != nil {
			return err
		}
		if found {
			if !c.repeats(p) {
				return ErrRequestIDReused
			}
			return nil
		}
		last, err := tx.LastVersion(ctx, c.Product)
		if err != nil {
			return err
		}
		if p, err = c.price(last, present(l.now)); err != nil {
			return err
		}
		if err := tx.InsertPrice(ctx, p, c.RequestID); err != nil {
			return err
		}
		return tx.Audit(ctx, "SetPrice", "prices/"+c.Product)
	})
	return p, err
}

// Versions lists at most limit versions of a product's price below before, the last one first.
func (l *PriceList) Versions(ctx context.Context, product string, before, limit int) ([]Price, error) {
	return l.store.PriceVersions(ctx, product, before, limit)
}

// QuoteRead promises a member today's price of a product. It is idempotent by member and request id.
// Errors: ErrProductUnknown, ErrRequestIDReused.
func (l *PriceList) QuoteRead(ctx context.Context, member, requestID, product string) (q Quote, err error) {
	err = l.store.InPriceTx(ctx, func(tx PriceTx) error {
		now := present(l.now)
		price, err := tx.PriceOn(ctx, product, now)
		if err != nil {
			return err
		}
		if q, err = tx.InsertQuote(ctx, newQuote(member, requestID, price, now)); err == nil && q.Product != product {
			return ErrRequestIDReused
		}
		return err
	})
	return q, err
}
