package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// inTheWay are the codes of failures for which others were in the way: a key that somebody else's transaction took first, a conflict, a
// deadlock.
var inTheWay = []string{postgres.CodeUniqueViolation, "40001", "40P01"}

// InBooks runs f in one read-committed transaction: what must not change in between, f locks.
func (s *Store) InBooks(ctx context.Context, f func(settlement.BookTx) error) error {
	err := postgres.InTx(ctx, s.owner, func(tx pgx.Tx) error {
		return f(&ledgerTx{tx: tx, q: dbsqlc.New(tx), publish: s.publish})
	})
	var failure *pgconn.PgError
	if errors.As(err, &failure) && slices.Contains(inTheWay, failure.Code) {
		return settlement.ErrConcurrentChange.Wrap(err)
	}
	return postgres.Explain(err)
}

// Caller is the principal's name, as the audit has it.
func (s *Store) Caller(ctx context.Context) string { return authn.FromContext(ctx).Subject() }

func (t *ledgerTx) Load(ctx context.Context, w settlement.Wanted, day time.Time) (found settlement.Found, err error) {
	if len(w.Reads) > 0 {
		if found.Reads, err = allReads(t.q.LockReads(ctx, w.Reads)); err != nil {
			return found, err
		}
	}
	if len(w.Pending) > 0 {
		if found.Pending, err = t.lockPending(ctx, w.Pending); err != nil {
			return found, err
		}
	}
	if len(w.Products) > 0 {
		rows, err := t.q.PricesOf(ctx, dbsqlc.PricesOfParams{Products: w.Products, Day: day})
		if err != nil {
			return found, fmt.Errorf("look up prices: %w", err)
		}
		for _, r := range rows {
			found.Prices = append(found.Prices, price(dbsqlc.PriceOnRow(r)))
		}
	}
	if len(w.Quotes) > 0 {
		if found.Quotes, err = allQuotes(t.q.Quotes(ctx, w.Quotes)); err != nil {
			return found, err
		}
	}
	return found, nil
}

func (t *ledgerTx) Write(ctx context.Context, c settlement.Changes) error {
	b := &pgx.Batch{}
	if len(c.Transfers) > 0 {
		if err := t.queueTransfers(b, c.Transfers); err != nil {
			return err
		}
	}
	if len(c.Audits) > 0 {
		entries := make([]audit.Entry, len(c.Audits))
		for i, a := range c.Audits {
			entries[i] = audit.Entry{Subject: a.By, Action: a.Action, Object: a.Resource}
		}
		audit.Queue(b, entries)
	}
	if err := t.send(ctx, b); err != nil {
		return err
	}
	if len(c.Reads) > 0 {
		if err := t.saveReads(ctx, c.Reads); err != nil {
			return err
		}
	}
	if len(c.Pending) > 0 {
		if err := t.savePending(ctx, c.Pending); err != nil {
			return err
		}
	}
	if len(c.Loans) > 0 {
		return t.saveLoans(ctx, c.Loans)
	}
	return nil
}

func (t *ledgerTx) saveReads(ctx context.Context, reads []settlement.Read) error {
	var rows dbsqlc.SaveReadsParams
	for _, r := range reads {
		shares, err := marshalShares(r.Shares)
		if err != nil {
			return err
		}
		contributions, err := marshalContributions(r.Contributions)
		if err != nil {
			return err
		}
		rows.Ids = append(rows.Ids, r.ID)
		rows.Members = append(rows.Members, r.Payer)
		rows.Products = append(rows.Products, r.Product)
		rows.Passports = append(rows.Passports, r.Passport)
		rows.Prices = append(rows.Prices, int64(r.Price))
		rows.States = append(rows.States, string(r.State))
		rows.RequestHashes = append(rows.RequestHashes, r.RequestHash[:])
		rows.CreatedAt = append(rows.CreatedAt, r.CreateTime)
		rows.SplitVersions = append(rows.SplitVersions, int32(r.SplitVersion)) //nolint:gosec // a small constant
		rows.Shares = append(rows.Shares, shares)
		rows.Contributions = append(rows.Contributions, contributions)
		rows.CapturedAt = append(rows.CapturedAt, r.CaptureTime)
	}
	n, err := t.q.SaveReads(ctx, rows)
	if err != nil {
		return fmt.Errorf("save reads: %w", err)
	}
	if int(n) != len(reads) {
		return fmt.Errorf("save reads: only %d of %d are new or held", n, len(reads))
	}
	return nil
}
