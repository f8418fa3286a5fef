-- LockPending takes the locks in ascending order of the ids.
-- name: LockPending :many
SELECT * FROM pending_transfer WHERE id = ANY (@ids::uuid[]) ORDER BY id FOR UPDATE;

-- SavePending stores new transfers in two phases, and how those that were pending ended.
-- name: SavePending :execrows
INSERT INTO pending_transfer (id, state, legs, description, expires_at)
SELECT unnest(@ids::uuid[]), unnest(@states::text[]), unnest(@legs::jsonb[]), unnest(@descriptions::text[]), unnest(@expires_at::timestamptz[])
ON CONFLICT ON CONSTRAINT pending_transfer_pkey DO UPDATE SET state = EXCLUDED.state WHERE pending_transfer.state = 'pending';

-- name: Overdue :many
SELECT id FROM pending_transfer WHERE state = 'pending' AND expires_at <= @now ORDER BY expires_at LIMIT @max_rows;

-- name: Transfer :one
SELECT * FROM transfer WHERE id = $1;

-- name: Transfers :many
SELECT * FROM transfer WHERE seq > @after ORDER BY seq LIMIT @max_rows;

-- Row-level security shows the tenant's transfers only.
-- name: TenantTransfer :one
SELECT id, kind, description, created_at FROM transfer WHERE id = $1;

-- name: TenantPostings :many
SELECT p.account::text AS account, p.amount::bigint AS amount FROM own_postings(@id::uuid) p;

-- name: Reversal :one
SELECT cause, proposed_by, approved_by FROM reversal WHERE transfer = $1;

-- name: InsertReversal :exec
INSERT INTO reversal (transfer, cause, proposed_by) VALUES ($1, $2, $3);

-- name: ApproveReversal :execrows
UPDATE reversal SET approved_by = $2 WHERE transfer = $1 AND approved_by = '';
