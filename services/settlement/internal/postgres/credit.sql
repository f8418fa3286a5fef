-- name: RequestedContract :one
SELECT * FROM credit_contract WHERE request_id = $1;

-- name: LastContract :one
SELECT coalesce(max(version), 0)::integer FROM credit_contract WHERE member = $1;

-- name: InsertContract :exec
INSERT INTO credit_contract (member, version, cap, fee, interest, grace_days, penalty, max_penalty, request_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- What is owed already stays owed, though the cap be lower.
-- name: SetOverdraft :execrows
UPDATE account SET overdraft = greatest(@overdraft::bigint, -balance) WHERE id = @account;

-- name: Contracts :many
SELECT DISTINCT ON (member) * FROM credit_contract WHERE member = ANY (@members::text[]) ORDER BY member, version DESC;

-- LoansOf lists the loans of members that are open, those that were repaid last, and those that are asked for by id.
-- name: LoansOf :many
SELECT sqlc.embed(loan), sqlc.embed(credit_contract) FROM loan
JOIN credit_contract ON credit_contract.member = loan.member AND credit_contract.version = loan.contract_version
WHERE loan.member = ANY (@members::text[]) AND (loan.repaid_at IS NULL OR loan.id = ANY (@ids::uuid[]) OR loan.id IN (
    SELECT last.id FROM unnest(@members::text[]) AS m (member)
    CROSS JOIN LATERAL (SELECT l.id FROM loan l WHERE l.member = m.member AND l.repaid_at IS NOT NULL ORDER BY l.repaid_at DESC LIMIT @most) AS last));

-- name: TenantLoans :many
SELECT sqlc.embed(loan), sqlc.embed(credit_contract) FROM loan
JOIN credit_contract ON credit_contract.member = loan.member AND credit_contract.version = loan.contract_version
WHERE loan.id > @after ORDER BY loan.id LIMIT @max_rows;

-- name: SaveLoans :exec
INSERT INTO loan (id, member, read, contract_version, principal, outstanding, charges, penalty, charged_at, created_at, due_at, repaid_at)
SELECT n.id, n.member, nullif(n.read, '')::uuid, n.contract_version, n.principal, n.outstanding, n.charges, n.penalty, n.charged_at, n.created_at,
       n.due_at, CASE WHEN n.outstanding = 0 AND n.charges = 0 THEN n.repaid_at END
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@members::text[]) AS member, unnest(@reads::text[]) AS read,
             unnest(@contract_versions::integer[]) AS contract_version, unnest(@principals::bigint[]) AS principal,
             unnest(@outstandings::bigint[]) AS outstanding, unnest(@charges::bigint[]) AS charges, unnest(@penalties::bigint[]) AS penalty,
             unnest(@charged_at::timestamptz[]) AS charged_at, unnest(@created_at::timestamptz[]) AS created_at,
             unnest(@due_at::timestamptz[]) AS due_at, unnest(@repaid_at::timestamptz[]) AS repaid_at) n
ON CONFLICT ON CONSTRAINT loan_pkey DO UPDATE SET outstanding = excluded.outstanding, charges = excluded.charges, penalty = excluded.penalty,
    charged_at = excluded.charged_at, repaid_at = excluded.repaid_at;
