-- name: InsertConsent :execrows
INSERT INTO consent (id, member, holder_id, vehicle_id, hash, ciphertext, key_id, shred_key, expires_at)
VALUES (@id, @member, @holder_id, @vehicle_id, @hash, @ciphertext, @key_id, @shred_key, @expires_at)
ON CONFLICT ON CONSTRAINT consent_hash_key DO NOTHING;

-- name: GetConsent :one
SELECT * FROM consent WHERE id = @id AND member = @member;

-- name: ConsentsOfHolder :many
SELECT * FROM consent WHERE holder_id = @holder_id AND member = @member ORDER BY recorded_at DESC, id LIMIT @page;

-- name: WithdrawConsent :exec
UPDATE consent SET withdrawn_at = now() WHERE id = @id AND withdrawn_at IS NULL;

-- name: EraseConsentsOfHolder :many
DELETE FROM consent WHERE holder_id = @holder_id RETURNING shred_key;

-- name: EraseConsentsOfVehicle :many
DELETE FROM consent WHERE vehicle_id = @vehicle_id RETURNING shred_key;

-- Those that ended long ago, and those whose holder is gone.
-- name: DoomEndedConsents :execrows
WITH gone AS (
    DELETE FROM consent WHERE id IN (
        SELECT c.id FROM consent c
        WHERE least(c.expires_at, c.withdrawn_at) < @before::timestamptz OR NOT EXISTS (SELECT FROM holder h WHERE h.id = c.holder_id)
        LIMIT @page)
    RETURNING shred_key
)
INSERT INTO doomed_key (shred_key) SELECT shred_key FROM gone;

-- name: DeleteShreddedConsents :execrows
DELETE FROM consent WHERE shred_key = ANY (@shred_keys::uuid[]);
