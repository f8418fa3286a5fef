package settlement

import (
	"context"
	_ "embed" // plain.sql
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	pgxuuid "github.com/vgarvardt/pgx-google-uuid/v5"
)

// plainConnections is how many transactions run at once: more are slower.
const plainConnections = 16

//go:embed plain.sql
var plainSchema string

// plain is double entry without a ledger.
type plain struct {
	pool *pgxpool.Pool
}

// openPlain makes the plain ledger beside the service's, with the same accounts and balances.
func openPlain(ctx context.Context, url string) (*plain, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("bench: the database url is malformed") // its text holds a password
	}
	cfg.MaxConns = plainConnections
	cfg.ConnConfig.RuntimeParams["search_path"] = schema
	cfg.AfterConnect = func(_ context.Context, c *pgx.Conn) error {
		pgxuuid.Register(c.TypeMap())
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if _, err := pool.Exec(ctx, plainSchema); err != nil {
		pool.Close()
		return nil, fmt.Errorf("bench: plain ledger: %w", err)
	}
	return &plain{pool: pool}, nil
}

// byRowLocks makes one transfer by a transaction of the client.
func (p *plain) byRowLocks(ctx context.Context, from, to string) (int, error) {
	const amount = 1
	return 1, pgx.BeginFunc(ctx, p.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id, balance, postings FROM plain_account WHERE id IN ($1, $2) ORDER BY id FOR UPDATE`, from, to)
		if err != nil {
			return err
		}
		type account struct {
			ID                string
			Balance, Postings int64
		}
		accounts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[account])
		if err != nil {
			return err
		}
		for i, a := range accounts {
			moved := int64(amount)
			if a.ID == from {
				moved = -amount
			}
			accounts[i].Balance, accounts[i].Postings = a.Balance+moved, a.Postings+1
			if accounts[i].Balance < 0 {
				return errors.New("insufficient funds")
			}
		}
		id := newID()
		if _, err := tx.Exec(ctx, `INSERT INTO plain_transfer (id, description) VALUES ($1, 'benchmark')`, id); err != nil {
			return err
		}
		first, second := accounts[0], accounts[1]
		signs := map[bool]int64{true: -amount, false: amount}
		_, err = tx.Exec(ctx, `INSERT INTO plain_posting (account, seq, transfer, amount, balance_after) VALUES ($1, $2, $3, $4, $5), ($6, $7, $3, $8, $9)`,
			first.ID, first.Postings, id, signs[first.ID == from], first.Balance, second.ID, second.Postings, signs[second.ID == from], second.Balance)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE plain_account a SET balance = n.balance, postings = n.postings
			FROM (VALUES ($1::text, $2::bigint, $3::bigint), ($4, $5, $6)) n (id, balance, postings) WHERE a.id = n.id`,
			first.ID, first.Balance, first.Postings, second.ID, second.Balance, second.Postings)
		return err
	})
}

// byFunction makes one transfer by one call.
func (p *plain) byFunction(ctx context.Context, from, to string) (int, error) {
	_, err := p.pool.Exec(ctx, `SELECT plain_transfer($1, $2, $3, 1)`, newID(), from, to)
	return 1, err
}

// newID is in the order of time, as all ledgers here like it best.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
