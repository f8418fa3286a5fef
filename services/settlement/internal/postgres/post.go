package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/journal/outbox"
	"github.com/pcc-platform/pcc/services/settlement"
	"github.com/pcc-platform/pcc/services/settlement/internal/postgres/dbsqlc"
)

func (t *ledgerTx) LockAccounts(ctx context.Context, ids []settlement.AccountID) (settlement.Balances, error) {
	balances, _, err := t.LockBooks(ctx, ids, []string{})
	return balances, err
}

func (t *ledgerTx) LockBooks(
	ctx context.Context, ids []settlement.AccountID, transfers []string,
) (settlement.Balances, map[string][sha256.Size]byte, error) {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	locked, err := t.q.LockBooks(ctx, dbsqlc.LockBooksParams{Accounts: names, Transfers: transfers})
	if err != nil {
		return nil, nil, fmt.Errorf("lock accounts: %w", err)
	}
	t.at = locked.Time
	balances := make(settlement.Balances, len(locked.Ids))
	for i, name := range locked.Ids {
		id := settlement.AccountID(name)
		balances[id] = settlement.Account{
			ID: id, Balance: settlement.Amount(locked.Balances[i]), Overdraft: settlement.Amount(locked.Overdrafts[i]),
		}
	}
	made := make(map[string][sha256.Size]byte, len(locked.Made))
	for i, id := range locked.Made {
		made[id] = [sha256.Size]byte(locked.Hashes[i])
	}
	return balances, made, nil
}

func (t *ledgerTx) InsertTransfer(ctx context.Context, transfer settlement.Transfer) error {
	b := &pgx.Batch{}
	if err := t.queueTransfers(b, []settlement.Transfer{transfer}); err != nil {
		return err
	}
	return t.send(ctx, b)
}

// insertTransfers takes accounts and amounts of a transfer as the texts of arrays: PostgreSQL has none of arrays of any lengths.
const insertTransfers = `INSERT INTO transfer (id, kind, description, input_hash, created_at, value_time, accounts, amounts)
SELECT id, kind, description, input_hash, $1, value_time, accounts::text[], amounts::bigint[]
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::timestamptz[], $7::text[], $8::text[])
     t (id, kind, description, input_hash, value_time, accounts, amounts)`

// queueTransfers adds to b what records transfers, on which the database posts them, and has the journal take them.
func (t *ledgerTx) queueTransfers(b *pgx.Batch, transfers []settlement.Transfer) error {
	if t.at.IsZero() {
		return errors.New("insert transfers: no account is locked")
	}
	n := len(transfers)
	ids, kinds, descriptions, hashes := make([]string, n), make([]string, n), make([]string, n), make([][]byte, n)
	valueTimes, accounts, amounts := make([]*time.Time, n), make([]string, n), make([]string, n)
	for i := range transfers {
		transfer := &transfers[i]
		ids[i], kinds[i], descriptions[i], hashes[i] = transfer.ID, string(transfer.Kind), transfer.Description, transfer.InputHash[:]
		if !transfer.ValueTime.IsZero() {
			valueTimes[i] = &transfer.ValueTime
		}
		accounts[i], amounts[i] = arrays(transfer.Postings)
	}
	leaves, err := leavesOf(t.at, transfers)
	if err != nil {
		return err
	}
	b.Queue(insertTransfers, t.at, ids, kinds, descriptions, hashes, valueTimes, accounts, amounts)
	outbox.Queue(b, settlement.JournalStream, leaves...)
	return nil
}

// arrays are accounts and amounts of postings as the texts of arrays. The name of an account needs no quotes.
func arrays(postings []settlement.Posting) (accounts, amounts string) {
	var a, n strings.Builder
	for i, p := range postings {
		if i > 0 {
			a.WriteByte(',')
			n.WriteByte(',')
		}
		a.WriteString(string(p.Account))
		n.WriteString(strconv.FormatInt(int64(p.Amount), 10))
	}
	return "{" + a.String() + "}", "{" + n.String() + "}"
}

// send makes what is queued in one round trip.
func (t *ledgerTx) send(ctx context.Context, b *pgx.Batch) error {
	if b.Len() == 0 {
		return nil
	}
	if err := t.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("insert transfers: %w", err)
	}
	return nil
}
