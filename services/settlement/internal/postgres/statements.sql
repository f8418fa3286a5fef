-- name: CycleSpan :one
SELECT c.number AS first_cycle, c.number AS last_cycle, c.start_time, c.end_time
FROM cycle c JOIN cycle_close x ON x.cycle = c.number WHERE c.number = $1;

-- name: PeriodSpan :one
SELECT p.first_cycle, p.last_cycle, f.start_time, l.end_time
FROM period p JOIN cycle f ON f.number = p.first_cycle JOIN cycle l ON l.number = p.last_cycle WHERE p.month = $1;

-- Row-level security shows the tenant's rows only to these.
-- name: TenantAccountSpans :many
SELECT l.account, coalesce(f.balance, 0)::bigint AS opening, l.balance AS closing, coalesce(f.postings, 0)::bigint AS after, l.postings AS until
FROM cycle_balance l LEFT JOIN cycle_balance f ON f.cycle = @before AND f.account = l.account
WHERE l.cycle = @last ORDER BY l.account;

-- name: TenantTotals :many
SELECT kind, sum(received)::bigint AS received, sum(paid)::bigint AS paid, sum(transfers)::bigint AS transfers
FROM cycle_net WHERE cycle BETWEEN @first AND @last GROUP BY kind ORDER BY kind;

-- name: TenantSpanLines :many
SELECT p.account, p.seq, p.transfer, p.amount, p.balance_after, t.kind, t.description, t.created_at, t.value_time
FROM (SELECT unnest(@accounts::text[]) AS account, unnest(@afters::bigint[]) AS after, unnest(@untils::bigint[]) AS until) r
JOIN posting p ON p.account = r.account AND p.seq > r.after AND p.seq <= r.until
JOIN transfer t ON t.id = p.transfer
WHERE (p.account, p.seq) > (@account::text, @seq::bigint)
ORDER BY p.account, p.seq LIMIT @max_rows;

-- LateCycles finds the closed cycle of each time that is in one, if it had ended when the line was posted.
-- name: LateCycles :many
SELECT l.line::bigint AS line, c.number
FROM (SELECT unnest(@lines::bigint[]) AS line, unnest(@value_times::timestamptz[]) AS value_time, unnest(@posted::timestamptz[]) AS posted) l
JOIN cycle c ON c.start_time <= l.value_time AND l.value_time < c.end_time AND c.end_time <= l.posted;

-- InsertPeriod closes a month whose last cycle is closed.
-- name: InsertPeriod :exec
INSERT INTO period (month, first_cycle, last_cycle) SELECT @month, coalesce(max(last_cycle), 0) + 1, @last_cycle::bigint FROM period;

-- name: Periods :many
SELECT p.month, p.first_cycle, p.last_cycle, f.start_time, l.end_time
FROM period p JOIN cycle f ON f.number = p.first_cycle JOIN cycle l ON l.number = p.last_cycle
WHERE p.month < @before ORDER BY p.month DESC LIMIT @max_rows;
