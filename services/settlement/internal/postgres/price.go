package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// maxPrices bounds the products of the price list.
const maxPrices = 1000

// InPriceTx runs f in one read-committed transaction: what must not change in between, f locks.
func (s *Store) InPriceTx(ctx context.Context, f func(settlement.PriceTx) error) error {
	return postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		return f(&ledgerTx{tx: tx, q: dbsqlc.New(tx), publish: s.publish})
	})
}

// Prices lists the prices in force on day by product.
func (s *Store) Prices(ctx context.Context, day time.Time) ([]settlement.Price, error) {
	rows, err := dbsqlc.New(s.owner).Prices(ctx, dbsqlc.PricesParams{Day: day, MaxRows: maxPrices})
	if err != nil {
		return nil, fmt.Errorf("list prices: %w", err)
	}
	prices := make([]settlement.Price, len(rows))
	for i, r := range rows {
		prices[i] = price(dbsqlc.PriceOnRow(r))
	}
	return prices, nil
}

// PriceVersions lists versions of a product's price, the last one first.
func (s *Store) PriceVersions(ctx context.Context, product string, before, limit int) ([]settlement.Price, error) {
	rows, err := dbsqlc.New(s.owner).PriceVersions(ctx, dbsqlc.PriceVersionsParams{
		Product: product, Before: int32(before), MaxRows: int32(limit), //nolint:gosec // counted by ones; at most a page and one
	})
	if err != nil {
		return nil, fmt.Errorf("list versions of a price: %w", err)
	}
	prices := make([]settlement.Price, len(rows))
	for i, r := range rows {
		prices[i] = price(dbsqlc.PriceOnRow(r))
	}
	return prices, nil
}

func (t *ledgerTx) LockPriceList(ctx context.Context) error {
	if err := t.q.LockPriceList(ctx); err != nil {
		return fmt.Errorf("lock price list: %w", err)
	}
	return nil
}

func (t *ledgerTx) RequestedPrice(ctx context.Context, requestID string) (settlement.Price, bool, error) {
	row, err := t.q.RequestedPrice(ctx, requestID)
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.Price{}, false, nil
	}
	if err != nil {
		return settlement.Price{}, false, fmt.Errorf("look up requested price: %w", err)
	}
	return price(dbsqlc.PriceOnRow(row)), true, nil
}

func (t *ledgerTx) LastVersion(ctx context.Context, product string) (int, error) {
	last, err := t.q.LastVersion(ctx, product)
	if err != nil {
		return 0, fmt.Errorf("look up last version of a price: %w", err)
	}
	return int(last), nil
}

func (t *ledgerTx) InsertPrice(ctx context.Context, p settlement.Price, requestID string) error {
	err := t.q.InsertPrice(ctx, dbsqlc.InsertPriceParams{
		Product: p.Product, Version: int32(p.Version), EffectiveDate: p.EffectiveDate, Amount: p.Amount, CreatedAt: p.CreateTime, //nolint:gosec // counted by ones
		RequestID: requestID,
	})
	if err != nil {
		return fmt.Errorf("insert price: %w", err)
	}
	return nil
}

func (t *ledgerTx) PriceOn(ctx context.Context, product string, day time.Time) (settlement.Price, error) {
	row, err := t.q.PriceOn(ctx, dbsqlc.PriceOnParams{Product: product, Day: day})
	if errors.Is(err, pgx.ErrNoRows) {
		return settlement.Price{}, settlement.ErrProductUnknown
	}
	if err != nil {
		return settlement.Price{}, fmt.Errorf("look up price: %w", err)
	}
	return price(row), nil
}

func (t *ledgerTx) InsertQuote(ctx context.Context, q settlement.Quote) (settlement.Quote, error) {
	err := t.q.InsertQuote(ctx, dbsqlc.InsertQuoteParams{
		ID: q.ID, Member: q.Member, Product: q.Product, PriceVersion: int32(q.PriceVersion), Amount: q.Amount, //nolint:gosec // counted by ones
		CreatedAt: q.CreateTime, ExpiresAt: q.ExpireTime,
	})
	if err != nil {
		return settlement.Quote{}, fmt.Errorf("insert quote: %w", err)
	}
	quotes, err := allQuotes(t.q.Quotes(ctx, []string{q.ID}))
	if err != nil {
		return settlement.Quote{}, err
	}
	return quotes[0], nil // it is there now, or was before
}

func price(r dbsqlc.PriceOnRow) settlement.Price {
	return settlement.Price{
		Product: r.Product, Version: int(r.Version), Amount: r.Amount, EffectiveDate: r.EffectiveDate, CreateTime: r.CreatedAt,
	}
}

// allQuotes turns the outcome of a query for quotes into the domain's.
func allQuotes(rows []dbsqlc.Quote, err error) ([]settlement.Quote, error) {
	if err != nil {
		return nil, fmt.Errorf("look up quotes: %w", err)
	}
	quotes := make([]settlement.Quote, len(rows))
	for i, r := range rows {
		quotes[i] = settlement.Quote{
			ID: r.ID, Member: r.Member, Product: r.Product, Amount: r.Amount, PriceVersion: int(r.PriceVersion),
			CreateTime: r.CreatedAt, ExpireTime: r.ExpiresAt,
		}
	}
	return quotes, nil
}
