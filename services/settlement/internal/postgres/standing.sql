-- name: TenantStandingPayout :one
SELECT * FROM standing_payout;

-- name: SaveStandingPayout :exec
INSERT INTO standing_payout (member, creditor_name, creditor_iban, creditor_bic, keep, set_by) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT standing_payout_pkey DO UPDATE SET creditor_name = EXCLUDED.creditor_name, creditor_iban = EXCLUDED.creditor_iban,
    creditor_bic = EXCLUDED.creditor_bic, keep = EXCLUDED.keep, set_by = EXCLUDED.set_by, set_at = EXCLUDED.set_at;

-- name: DeleteStandingPayout :exec
DELETE FROM standing_payout WHERE member = $1;

-- DueStandingPayouts lists those that were set before the end of the last closed month and not carried out for it, with what was available
-- at its end.
-- name: DueStandingPayouts :many
SELECT sqlc.embed(s), p.month, b.balance AS closing
FROM (SELECT month, last_cycle FROM period ORDER BY month DESC LIMIT 1) p
JOIN cycle c ON c.number = p.last_cycle
JOIN standing_payout s ON s.set_at < c.end_time
JOIN cycle_balance b ON b.cycle = p.last_cycle AND b.account = 'member:' || s.member || ':available'
WHERE NOT EXISTS (SELECT FROM month_payout m WHERE m.month = p.month AND m.member = s.member)
ORDER BY s.member LIMIT @max_rows;

-- name: PaidOutForMonth :one
SELECT EXISTS (SELECT FROM month_payout WHERE month = $1 AND member = $2);

-- name: InsertMonthPayout :exec
INSERT INTO month_payout (month, member, payout) VALUES ($1, $2, $3);
