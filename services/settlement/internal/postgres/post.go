package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	kit "github.com/pcc-platform/pcc/internal/postgres"
	"github.com/pcc-platform/pcc/services/settlement"
)

func (t *ledgerTx) LockAccounts(ctx context.Context, ids []settlement.AccountID) (settlement.Balances, error) {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	locked, err := t.q.LockAccounts(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("lock accounts: %w", err)
	}
	t.at = locked.Time
	balances := make(settlement.Balances, len(locked.Ids))
	for i, name := range locked.Ids {
		id := settlement.AccountID(name)
		balances[id] = settlement.Account{
			ID: id, Balance: settlement.Amount(locked.Balances[i]), Overdraft: settlement.Amount(locked.Overdrafts[i]),
		}
	}
	return balances, nil
}

func (t *ledgerTx) InsertTransfer(ctx context.Context, transfer settlement.Transfer) error {
	return t.insertTransfers(ctx, []settlement.Transfer{transfer})
}

var transferColumns = []string{"id", "kind", "description", "input_hash", "created_at", "value_time", "accounts", "amounts"}

// insertTransfers records transfers, on which the database posts them, and has the journal take them.
func (t *ledgerTx) insertTransfers(ctx context.Context, transfers []settlement.Transfer) error {
	if t.at.IsZero() {
		return errors.New("insert transfers: no account is locked")
	}
	ids := make([]uuid.UUID, len(transfers))
	for i, transfer := range transfers {
		var err error
		if ids[i], err = uuid.Parse(transfer.ID); err != nil {
			return fmt.Errorf("insert transfers: %w", err)
		}
	}
	err := kit.Copy(ctx, t.tx, "transfer", transferColumns, len(transfers), func(i int, r *kit.Row) {
		transfer := transfers[i]
		accounts, amounts := make([]string, len(transfer.Postings)), make([]int64, len(transfer.Postings))
		for i, p := range transfer.Postings {
			accounts[i], amounts[i] = string(p.Account), int64(p.Amount)
		}
		r.UUID(ids[i])
		r.Text(string(transfer.Kind))
		r.Text(transfer.Description)
		r.Bytes(transfer.InputHash[:])
		r.Time(t.at)
		r.NullTime(transfer.ValueTime)
		r.Texts(accounts)
		r.Int8s(amounts)
	})
	if err != nil {
		return fmt.Errorf("insert transfers: %w", err)
	}
	return record(ctx, t.tx, t.at, transfers)
}
