-- name: InsertPolicy :execrows
INSERT INTO policy_period (policy_id, passport, period, steward, text, created_at)
VALUES (@policy_id, @passport, @period, @steward, @text, @created_at)
ON CONFLICT (passport, period) DO NOTHING;

-- name: PolicyOfPeriod :one
SELECT * FROM policy_period WHERE passport = @passport AND period = @period;

-- name: PolicyOfPassport :one
SELECT * FROM policy_period WHERE passport = @passport AND policy_id = @policy_id;

-- name: PoliciesOfPassport :many
SELECT * FROM policy_period WHERE passport = @passport ORDER BY period DESC LIMIT @max_rows;

-- name: MarkOnLedger :exec
UPDATE policy_period SET on_ledger = true WHERE policy_id = @policy_id;

-- name: InsertConsent :execrows
INSERT INTO consent (hash, policy_id, steward, recipient, signed_text, created_at)
VALUES (@hash, @policy_id, @steward, @recipient, @signed_text, @created_at)
ON CONFLICT (hash) DO NOTHING;

-- name: Consent :one
SELECT * FROM consent WHERE policy_id = @policy_id AND hash = @hash;

-- name: Consents :many
SELECT * FROM consent
WHERE policy_id = @policy_id AND (created_at, hash) > (@after_time::timestamptz, @after_hash::bytea)
ORDER BY created_at, hash
LIMIT @max_rows;

-- name: EndConsent :execrows
UPDATE consent SET withdrawn_at = @at::timestamptz WHERE hash = @hash AND withdrawn_at IS NULL;
