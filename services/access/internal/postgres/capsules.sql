-- name: InsertCapsule :exec
INSERT INTO capsule (hash, policy, class, writer, key_number, content)
VALUES (@hash, @policy, @class, @writer, @key_number, @content)
ON CONFLICT ON CONSTRAINT capsule_pkey DO NOTHING;

-- Those that the ledger has: others no trustee opens.

-- name: CapsulesOf :many
SELECT hash, writer, key_number, content FROM capsule
WHERE policy = @policy AND class = @class AND registered IS NOT NULL
ORDER BY hash LIMIT @page;

-- name: WaitingCapsules :many
SELECT hash, policy, class, writer, key_number FROM capsule
WHERE registered IS NULL AND refused IS NULL ORDER BY hash LIMIT @page;

-- name: MarkRegistered :exec
UPDATE capsule SET registered = now() WHERE hash = ANY (@hashes::bytea[]) AND registered IS NULL AND refused IS NULL;

-- name: MarkRefused :exec
UPDATE capsule SET refused = @reason::text WHERE hash = @hash AND registered IS NULL;
