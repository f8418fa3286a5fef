package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

// ledgerTx implements settlement.Tx.
type ledgerTx struct {
	tx      pgx.Tx
	q       *dbsqlc.Queries
	publish Publish
}

func (t *ledgerTx) OpenAccounts(ctx context.Context, member string) (opened bool, err error) {
	n, err := t.q.OpenAccounts(ctx, member)
	if err != nil {
		return false, fmt.Errorf("open accounts: %w", err)
	}
	return n > 0, nil
}

func (t *ledgerTx) LockAccounts(ctx context.Context, ids []settlement.AccountID) (settlement.Balances, error) {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	rows, err := t.q.LockAccounts(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("lock accounts: %w", err)
	}
	balances := make(settlement.Balances, len(rows))
	for _, r := range rows {
		id := settlement.AccountID(r.ID)
		balances[id] = settlement.Account{ID: id, Balance: r.Balance, Overdraft: r.Overdraft}
	}
	return balances, nil
}

func (t *ledgerTx) InsertTransfer(ctx context.Context, transfer settlement.Transfer) error {
	at, err := t.q.InsertTransfer(ctx, dbsqlc.InsertTransferParams{
		ID: transfer.ID, Kind: string(transfer.Kind), Description: transfer.Description, InputHash: transfer.InputHash[:],
	})
	if err != nil {
		return fmt.Errorf("insert transfer: %w", err)
	}
	accounts := make([]string, len(transfer.Postings))
	amounts := make([]int64, len(transfer.Postings))
	for i, p := range transfer.Postings {
		accounts[i], amounts[i] = string(p.Account), int64(p.Amount)
	}
	n, err := t.q.InsertPostings(ctx, dbsqlc.InsertPostingsParams{Transfer: transfer.ID, Accounts: accounts, Amounts: amounts})
	if err != nil {
		return fmt.Errorf("insert postings: %w", err)
	}
	if int(n) != len(transfer.Postings) {
		return fmt.Errorf("insert postings: %d of %d accounts exist", n, len(transfer.Postings))
	}
	return record(ctx, t.tx, transfer, at)
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

func (t *ledgerTx) Price(ctx context.Context, product string, day time.Time) (settlement.Amount, error) {
	amount, err := t.q.Price(ctx, dbsqlc.PriceParams{Product: product, Day: day})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, settlement.ErrProductUnknown
	}
	if err != nil {
		return 0, fmt.Errorf("look up price: %w", err)
	}
	return amount, nil
}

func (t *ledgerTx) Read(ctx context.Context, id string) (settlement.Read, error) {
	return oneRead(t.q.Read(ctx, id))
}

func (t *ledgerTx) LockRead(ctx context.Context, id string) (settlement.Read, error) {
	return oneRead(t.q.LockRead(ctx, id))
}

func (t *ledgerTx) InsertRead(ctx context.Context, r settlement.Read) error {
	err := t.q.InsertRead(ctx, dbsqlc.InsertReadParams{
		ID: r.ID, Member: r.Payer, Product: r.Product, Passport: r.Passport, Price: r.Price, State: string(r.State),
		RequestHash: r.RequestHash[:], CreatedAt: r.CreateTime,
	})
	if err != nil {
		return fmt.Errorf("insert read: %w", err)
	}
	return nil
}

func (t *ledgerTx) UpdateRead(ctx context.Context, r settlement.Read) error {
	shares, err := marshalShares(r.Shares)
	if err != nil {
		return err
	}
	contributions, err := marshalContributions(r.Contributions)
	if err != nil {
		return err
	}
	update := dbsqlc.UpdateReadParams{
		ID: r.ID, State: string(r.State), Shares: shares, SplitVersion: int32(r.SplitVersion), Contributions: contributions, //nolint:gosec // a small constant
	}
	if !r.CaptureTime.IsZero() {
		update.CapturedAt = &r.CaptureTime
	}
	n, err := t.q.UpdateRead(ctx, update)
	if err != nil {
		return fmt.Errorf("update read: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("update read: %s is not held", r.ID)
	}
	return nil
}

func (t *ledgerTx) Audit(ctx context.Context, action, resource string) error {
	return audit.Record(ctx, t.tx, action, resource)
}

func (t *ledgerTx) Publish(ctx context.Context, e settlement.MemberAccountsOpened) error {
	return t.publish(ctx, t.tx, e)
}
