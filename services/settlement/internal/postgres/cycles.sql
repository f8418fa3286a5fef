-- name: LockCycle :one
SELECT lock_cycle()::timestamptz AS now;

-- LastCycle is the last sealed one; before the first, number 0, which ends with the midnight before the ledger was opened.
-- name: LastCycle :one
SELECT number, start_time, end_time FROM cycle
UNION ALL
SELECT 0, created_at, date_trunc('day', created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' FROM account WHERE id = 'bank:eur'
ORDER BY number DESC LIMIT 1;

-- name: InsertCycle :exec
INSERT INTO cycle (number, start_time, end_time) VALUES ($1, $2, $3);

-- name: LockClosing :exec
SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/close', 0));

-- name: FirstUnclosed :one
SELECT number, start_time, end_time FROM cycle WHERE number > (SELECT coalesce(max(cycle), 0) FROM cycle_close) ORDER BY number LIMIT 1;

-- DrawBalances adds what was posted in the cycle to the balances at its start.
-- name: DrawBalances :many
WITH moved AS (
    SELECT p.account, sum(p.amount)::bigint AS amount, count(*) AS postings
    FROM (SELECT unnest(t.accounts) AS account, unnest(t.amounts) AS amount FROM transfer t
          WHERE t.created_at >= @start_time AND t.created_at < @end_time) p
    GROUP BY p.account
)
INSERT INTO cycle_balance (cycle, account, member, balance, postings)
SELECT @cycle::bigint, a.id, a.member, coalesce(b.balance, 0) + coalesce(m.amount, 0), coalesce(b.postings, 0) + coalesce(m.postings, 0)
FROM account a
LEFT JOIN cycle_balance b ON b.cycle = @previous AND b.account = a.id
LEFT JOIN moved m ON m.account = a.id
WHERE a.created_at < @end_time OR m.account IS NOT NULL
RETURNING account, balance;

-- DrawNets nets each transfer over the accounts of a party. What stays within a party, such as a hold, is neither received nor paid.
-- name: DrawNets :exec
INSERT INTO cycle_net (cycle, party, member, kind, received, paid, transfers)
SELECT @cycle::bigint, n.party, n.member, n.kind, sum(greatest(n.amount, 0)), -sum(least(n.amount, 0)), count(*)
FROM (
    SELECT p.id, p.kind, coalesce(a.member, a.id) AS party, a.member, sum(p.amount)::bigint AS amount
    FROM (SELECT t.id, t.kind, unnest(t.accounts) AS account, unnest(t.amounts) AS amount FROM transfer t
          WHERE t.created_at >= @start_time AND t.created_at < @end_time) p
    JOIN account a ON a.id = p.account
    GROUP BY p.id, p.kind, coalesce(a.member, a.id), a.member HAVING sum(p.amount) <> 0
) n
GROUP BY n.party, n.member, n.kind;

-- CountMisdrawn counts balances that differ from today's less all that was posted since.
-- name: CountMisdrawn :one
WITH later AS (
    SELECT p.account, sum(p.amount)::bigint AS amount
    FROM (SELECT unnest(t.accounts) AS account, unnest(t.amounts) AS amount FROM transfer t WHERE t.created_at >= @end_time) p
    GROUP BY p.account
)
SELECT count(*) FROM cycle_balance b JOIN account a ON a.id = b.account LEFT JOIN later l ON l.account = a.id
WHERE b.cycle = @cycle AND b.balance <> a.balance - coalesce(l.amount, 0);

-- CoverageAt is the bank's side at a moment before which nothing is added any more.
-- name: CoverageAt :one
SELECT coalesce((SELECT s.closing FROM bank_statement s WHERE s.created_at < @at ORDER BY s.seq DESC LIMIT 1), 0)::bigint AS reserve,
       coalesce((SELECT s.id FROM bank_statement s WHERE s.created_at < @at ORDER BY s.seq DESC LIMIT 1), '')::text AS statement,
       (SELECT coalesce(sum(r.amount), 0) FROM receipt r JOIN transfer t ON t.id = r.transfer
        WHERE t.created_at < @at AND NOT EXISTS (
            SELECT FROM bank_entry e JOIN bank_statement s ON s.id = e.statement
            WHERE e.reference = r.bank_reference AND s.created_at < @at))::bigint AS unconfirmed;

-- name: StreamSize :one
SELECT coalesce(max(size), 0)::bigint FROM journal_checkpoint WHERE stream = $1;

-- name: InsertClose :one
INSERT INTO cycle_close (cycle, tree_key, root, total, reserve, statement, unconfirmed, credit, leaf, journaled_after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING closed_at;

-- name: Closes :many
SELECT c.number, c.start_time, c.end_time, sqlc.embed(cycle_close) FROM cycle c JOIN cycle_close ON cycle_close.cycle = c.number
WHERE c.number < @before AND c.number >= @first ORDER BY c.number DESC LIMIT @max_rows;

-- name: ClosingBalances :many
SELECT account, balance FROM cycle_balance WHERE cycle = $1 ORDER BY account;
