-- name: InsertRefutation :exec
INSERT INTO refutation (event, passport, member, field, remaining, refuted_at, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT ON CONSTRAINT refutation_pkey DO NOTHING;

-- A read that was begun before the ledger knew of a refutation may still be captured with the event.
-- name: OpenRefutations :many
SELECT event, passport, member, field, remaining, refuted_at, received_at FROM refutation f
WHERE NOT finished AND NOT EXISTS (
    SELECT FROM read r WHERE r.passport = f.passport AND r.state = 'held' AND r.created_at <= f.received_at)
ORDER BY received_at LIMIT @max_rows;

-- name: FinishRefutation :exec
UPDATE refutation SET finished = true WHERE event = $1;

-- name: AffectedReads :many
SELECT id FROM read
WHERE passport = @passport AND state = 'captured' AND captured_at >= @since AND id > @after
    AND contributions @> jsonb_build_array(jsonb_build_object('member', @member::text, 'field', @field::text))
ORDER BY id LIMIT @max_rows;

-- name: DueReads :many
SELECT read FROM read_revision WHERE settled_at IS NULL GROUP BY read ORDER BY min(tried_at) LIMIT @max_rows;

-- name: Revisions :many
SELECT version, event, contributor, field, quality, shares, created_at, settled_at FROM read_revision WHERE read = $1 ORDER BY version;

-- name: InsertRevision :exec
INSERT INTO read_revision (read, version, member, event, contributor, field, quality, shares, losers, created_at, tried_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, @created_at, @created_at);

-- name: Due :many
SELECT m.member::text AS member, count(*) AS due FROM unnest(@members::text[]) AS m (member)
JOIN read_revision v ON v.settled_at IS NULL AND v.losers @> ARRAY[m.member::text]
GROUP BY m.member;

-- name: SettleRevision :execrows
UPDATE read_revision SET settled_at = $3, tried_at = NULL WHERE read = $1 AND version = $2 AND settled_at IS NULL;

-- name: PutOff :exec
UPDATE read_revision SET tried_at = $2 WHERE read = $1 AND settled_at IS NULL;
