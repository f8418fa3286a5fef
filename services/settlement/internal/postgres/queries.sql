-- name: OpenAccounts :execrows
INSERT INTO account (id, member)
SELECT 'member:' || @member::text || suffix, @member::text FROM unnest(ARRAY[':available', ':held', ':credit', ':claims']) suffix
ON CONFLICT ON CONSTRAINT account_pkey DO NOTHING;

-- name: LockBooks :one
SELECT coalesce(b.ids, '{}')::text[] AS ids, coalesce(b.balances, '{}')::bigint[] AS balances, coalesce(b.overdrafts, '{}')::bigint[] AS overdrafts,
       b.at::timestamptz AS time, coalesce(b.made, '{}')::uuid[] AS made, coalesce(b.hashes, '{}')::bytea[] AS hashes
FROM lock_books(@accounts::text[], @transfers::uuid[]) b;

-- name: Receipts :many
SELECT bank_reference, request_id, member, amount, transfer, balance_after FROM receipt r
WHERE r.bank_reference = @bank_reference OR r.request_id = @request_id
ORDER BY r.request_id = @request_id DESC
LIMIT 2;

-- InsertReceipt comes right after its transfer, while the account is locked.
-- name: InsertReceipt :exec
INSERT INTO receipt (bank_reference, request_id, member, amount, transfer, balance_after)
VALUES (@bank_reference, @request_id, @member, @amount, @transfer, (SELECT balance FROM account WHERE id = 'member:' || @member || ':available'));

-- name: Read :one
SELECT id, member, product, passport, price, state, shares, split_version, request_hash, created_at, captured_at, contributions
FROM read WHERE id = $1;

-- LockReads takes the locks in ascending order of the ids.
-- name: LockReads :many
SELECT id, member, product, passport, price, state, shares, split_version, request_hash, created_at, captured_at, contributions
FROM read WHERE id = ANY (@ids::uuid[]) ORDER BY id FOR UPDATE;

-- SaveReads stores new reads, and what changes of one that is held.
-- name: SaveReads :execrows
INSERT INTO read (id, member, product, passport, price, state, request_hash, created_at, split_version, shares, contributions, captured_at)
SELECT n.id, n.member, n.product, n.passport, n.price, n.state, n.request_hash, n.created_at, n.split_version, n.shares, n.contributions,
       CASE WHEN n.state = 'captured' THEN n.captured_at END
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@members::text[]) AS member, unnest(@products::text[]) AS product,
             unnest(@passports::uuid[]) AS passport, unnest(@prices::bigint[]) AS price, unnest(@states::text[]) AS state,
             unnest(@request_hashes::bytea[]) AS request_hash, unnest(@created_at::timestamptz[]) AS created_at,
             unnest(@split_versions::integer[]) AS split_version, unnest(@shares::jsonb[]) AS shares,
             unnest(@contributions::jsonb[]) AS contributions, unnest(@captured_at::timestamptz[]) AS captured_at) n
ON CONFLICT ON CONSTRAINT read_pkey DO UPDATE SET state = EXCLUDED.state, split_version = EXCLUDED.split_version, shares = EXCLUDED.shares,
    contributions = EXCLUDED.contributions, captured_at = EXCLUDED.captured_at
WHERE read.state = 'held';

-- name: StaleHolds :many
SELECT id FROM read WHERE state = 'held' AND created_at < @before ORDER BY created_at LIMIT @max_rows;

-- Row-level security shows the tenant's rows only to these.
-- name: TenantAccounts :many
SELECT id, balance, overdraft FROM account ORDER BY id LIMIT @max_rows;

-- name: TenantHasAccount :one
SELECT EXISTS (SELECT FROM account WHERE id = $1);

-- name: TenantStatement :many
SELECT p.seq, p.transfer, p.amount, p.balance_after, t.description, t.created_at
FROM posting p JOIN transfer t ON t.id = p.transfer
WHERE p.account = @account AND p.seq > @after
ORDER BY p.seq LIMIT @max_rows;

-- TrialBalance reads everything in one statement, so at one moment. It adds up every posting there is: its time grows with
-- the books, and it is for auditors, not for requests of members.
-- name: TrialBalance :many
WITH posted AS (SELECT account, sum(amount) AS total FROM posting GROUP BY account)
SELECT coalesce(CASE WHEN a.member IS NULL THEN a.id END, 'members')::text AS name,
       sum(a.balance)::bigint AS balance,
       bool_and(a.balance = coalesce(p.total, 0))::boolean AS posted,
       ((SELECT coalesce(sum(amount), 0) FROM receipt)
        + (SELECT coalesce(sum(e.amount), 0) FROM bank_entry e LEFT JOIN receipt r ON r.bank_reference = e.reference
           WHERE e.outcome = 'suspended' AND r.bank_reference IS NULL)
        + (SELECT coalesce(sum(amount), 0) FROM write_off WHERE approved_by <> '')
        - (SELECT coalesce(sum(amount), 0) FROM payout WHERE state = 'paid'))::bigint AS euro
FROM account a LEFT JOIN posted p ON p.account = a.id
GROUP BY 1 ORDER BY 1;

-- name: ReceiptProposal :one
SELECT member, amount, proposed_by FROM receipt_proposal WHERE bank_reference = $1;

-- name: InsertReceiptProposal :exec
INSERT INTO receipt_proposal (bank_reference, member, amount, proposed_by) VALUES ($1, $2, $3, $4);

-- name: ReceiptAmounts :many
SELECT bank_reference, amount FROM receipt WHERE bank_reference = ANY (@bank_references::text[]);

-- name: InsertPayout :exec
INSERT INTO payout (id, member, amount, creditor_name, creditor_iban, creditor_bic, state, requested_by, request_hash, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: Payout :one
SELECT * FROM payout WHERE id = $1;

-- LockPayouts takes the locks in ascending order of the ids.
-- name: LockPayouts :many
SELECT * FROM payout WHERE id = ANY (@ids::uuid[]) ORDER BY id FOR UPDATE;

-- LockBatch takes the locks in ascending order of the ids.
-- name: LockBatch :many
SELECT * FROM payout WHERE batch = $1 ORDER BY id FOR UPDATE;

-- PayablePayouts waits for nobody: a payout that somebody else changes now is left for the next time.
-- name: PayablePayouts :many
SELECT * FROM payout WHERE state = 'requested' AND (amount <= @alone OR approved_by <> '')
ORDER BY seq LIMIT @max_rows FOR UPDATE SKIP LOCKED;

-- name: UpdatePayout :execrows
UPDATE payout SET state = $2, approved_by = $3, rejection = $4 WHERE id = $1;

-- name: ExportPayouts :execrows
UPDATE payout SET state = 'exported', batch = @batch WHERE id = ANY (@ids::uuid[]) AND state = 'requested';

-- name: InsertBatch :exec
INSERT INTO payout_batch (id, document, payments, created_at) VALUES ($1, $2, $3, $4);

-- name: Batch :one
SELECT document, payments FROM payout_batch WHERE id = $1;

-- name: TenantPayouts :many
SELECT * FROM payout WHERE seq < @before ORDER BY seq DESC LIMIT @max_rows;

-- Peg reads everything in one statement, so at one moment.
-- name: Peg :one
SELECT (SELECT -balance FROM account WHERE id = 'bank:eur')::bigint AS owed,
       (SELECT coalesce(sum(balance), 0) FROM account)::bigint AS total,
       (SELECT coalesce(-sum(balance), 0) FROM account WHERE member IS NOT NULL AND id = 'member:' || member || ':credit')::bigint AS credit,
       coalesce((SELECT s.closing FROM bank_statement s ORDER BY s.seq DESC LIMIT 1), 0)::bigint AS reserve,
       coalesce((SELECT s.id FROM bank_statement s ORDER BY s.seq DESC LIMIT 1), '')::text AS statement,
       (SELECT coalesce(sum(r.amount), 0) FROM receipt r
        WHERE NOT EXISTS (SELECT FROM bank_entry e WHERE e.reference = r.bank_reference))::bigint AS unconfirmed;

-- name: BankStatement :one
SELECT opening, closing, hash FROM bank_statement WHERE id = $1;

-- name: InsertBankStatement :exec
INSERT INTO bank_statement (id, opening, closing, hash, created_at) VALUES ($1, $2, $3, $4, $5);

-- name: InsertBankEntries :exec
INSERT INTO bank_entry (reference, statement, position, amount, outcome, member, payout)
SELECT e.reference, @statement, e.position, e.amount, e.outcome, e.member, nullif(e.payout, '')::uuid
FROM (SELECT unnest(@bank_references::text[]) AS reference, unnest(@positions::integer[]) AS position, unnest(@amounts::bigint[]) AS amount,
             unnest(@outcomes::text[]) AS outcome, unnest(@members::text[]) AS member, unnest(@payouts::text[]) AS payout) e;

-- name: BankEntries :many
SELECT * FROM bank_entry WHERE reference = ANY (@bank_references::text[]);

-- name: WriteOff :one
SELECT amount, proposed_by, approved_by FROM write_off WHERE reference = $1;

-- name: InsertWriteOff :exec
INSERT INTO write_off (reference, amount, proposed_by) VALUES ($1, $2, $3);

-- name: ApproveWriteOff :execrows
UPDATE write_off SET approved_by = $2 WHERE reference = $1 AND approved_by = '';

-- name: StatementEntries :many
SELECT * FROM bank_entry WHERE statement = $1 ORDER BY position;
