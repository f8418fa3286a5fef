package settlement

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/postgres"
)

const (
	// funded are the accounts of one statement that gives them something to pay with, historic the transfers of one that makes history.
	funded   = 1000
	historic = 20_000
)

// fillAccounts opens accounts by hand and gives each of them as much as all runs together take from one.
func fillAccounts(ctx context.Context, url string, accounts int) error {
	pool, err := postgres.Open(ctx, url, schema)
	if err != nil {
		return err
	}
	defer pool.Close()
	const open = `INSERT INTO account (id, member)
		SELECT 'member:' || member || ':available', member FROM (SELECT 'bench' || lpad(n::text, 6, '0') AS member FROM generate_series(0, $1 - 1) n) m`
	if _, err := pool.Exec(ctx, open, accounts); err != nil {
		return fmt.Errorf("bench: open accounts: %w", err)
	}
	const fund = `INSERT INTO transfer (id, kind, description, input_hash, accounts, amounts)
		SELECT gen_random_uuid(), 'mint', 'benchmark', sha256(''), ARRAY['bank:eur'] || array_agg(id ORDER BY id), ARRAY[-sum(1e9::bigint)::bigint] || array_agg(1e9::bigint)
		FROM account WHERE id = ANY ($1)`
	for start := 0; start < accounts; start += funded {
		var names []string
		for n := start; n < min(start+funded, accounts); n++ {
			names = append(names, accountName(n))
		}
		if _, err := pool.Exec(ctx, fund, names); err != nil {
			return fmt.Errorf("bench: fund accounts: %w", err)
		}
	}
	_, err = pool.Exec(ctx, `ANALYZE account`)
	return err
}

// fillHistory has the database post transfers between all accounts, until so many postings are stored.
func (b *bench) fillHistory(ctx context.Context) error {
	const transfer = `INSERT INTO transfer (id, kind, description, input_hash, accounts, amounts)
		SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 19))::uuid,
			'transfer', 'benchmark', sha256(''),
			ARRAY[least(a, b), greatest(a, b)], ARRAY[-1, 1]
		FROM (SELECT 'member:bench' || lpad((random() * ($1 / 2 - 1))::int::text, 6, '0') || ':available' AS a,
			'member:bench' || lpad(($1 / 2 + (random() * ($1 / 2 - 1))::int)::text, 6, '0') || ':available' AS b FROM generate_series(1, $2)) t`
	for {
		var postings int
		if err := b.plain.pool.QueryRow(ctx, `SELECT sum(postings)::bigint FROM account`).Scan(&postings); err != nil {
			return err
		}
		missing := (b.opts.History - postings) / 2
		if missing <= 0 {
			return nil
		}
		err := pgx.BeginFunc(ctx, b.plain.pool, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, transfer, b.opts.Accounts, min(missing, historic))
			return err
		})
		if err != nil {
			return fmt.Errorf("bench: history: %w", err)
		}
	}
}
