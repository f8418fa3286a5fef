package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// ledgerTx implements settlement.Tx, settlement.BankTx and settlement.BookTx.
type ledgerTx struct {
	tx      pgx.Tx
	q       *dbsqlc.Queries
	publish Publish
	// at is the time of the transaction, known when accounts are locked.
	at time.Time
}

func (t *ledgerTx) OpenAccounts(ctx context.Context, member string) (opened bool, err error) {
	n, err := t.q.OpenAccounts(ctx, member)
	if err != nil {
		return false, fmt.Errorf("open accounts: %w", err)
	}
	return n > 0, nil
}

func (t *ledgerTx) Receipts(ctx context.Context, bankReference, requestID string) ([]settlement.Receipt, error) {
	rows, err := t.q.Receipts(ctx, dbsqlc.ReceiptsParams{BankReference: bankReference, RequestID: requestID})
	if err != nil {
		return nil, fmt.Errorf("look up receipt: %w", err)
	}
	receipts := make([]settlement.Receipt, len(rows))
	for i, r := range rows {
		receipts[i] = settlement.Receipt{
			RequestID: r.RequestID, BankReference: r.BankReference, Member: r.Member, Amount: r.Amount,
			TransferID: r.Transfer, Balance: r.BalanceAfter,
		}
	}
	return receipts, nil
}

func (t *ledgerTx) InsertReceipt(ctx context.Context, r settlement.Receipt) error {
	err := t.q.InsertReceipt(ctx, dbsqlc.InsertReceiptParams{
		BankReference: r.BankReference, RequestID: r.RequestID, Member: r.Member, Amount: r.Amount, Transfer: r.TransferID,
	})
	if err != nil {
		return fmt.Errorf("insert receipt: %w", err)
	}
	return nil
}

func (t *ledgerTx) Audit(ctx context.Context, action, resource string) error {
	return audit.Record(ctx, t.tx, action, resource)
}

func (t *ledgerTx) Publish(ctx context.Context, e settlement.MemberAccountsOpened) error {
	return t.publish(ctx, t.tx, e)
}
