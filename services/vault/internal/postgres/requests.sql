-- name: HolderVehicle :one
SELECT vehicle_id FROM holder WHERE id = @id AND member = @member;

-- name: LatestHolder :one
SELECT id FROM holder WHERE vehicle_id = @vehicle_id ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: InsertSubjectRequest :exec
INSERT INTO subject_request (id, member, kind, state, scope, holder_id, vehicle_id, opened_by, received_at, due_at)
VALUES (@id, @member, @kind, @state, @scope, @holder_id, @vehicle_id, @opened_by, @received_at, @due_at);

-- name: LockSubjectRequest :one
SELECT * FROM subject_request WHERE id = @id AND member = @member FOR UPDATE;

-- name: UpdateSubjectRequest :exec
UPDATE subject_request
SET state = @state, handled_by = @handled_by, due_at = @due_at, extension = @extension, refusal = @refusal, ended_at = @ended_at
WHERE id = @id;

-- The member is asked for although row-level security hides the rows of others: one guard does not rely on the other.

-- name: SubjectRequestOfMember :one
SELECT sqlc.embed(r), e.certificate FROM subject_request r LEFT JOIN erasure e ON e.request_id = r.id
WHERE r.id = @id AND r.member = @member;

-- name: SubjectRequestsOfMember :many
SELECT * FROM subject_request
WHERE member = @member AND (@ended::bool OR ended_at IS NULL) AND (due_at, id) > (@after_due::timestamptz, @after_id::uuid)
ORDER BY due_at, id LIMIT @page;

-- name: EraseHolder :many
DELETE FROM holder WHERE id = @id RETURNING shred_key;

-- name: EraseHoldersOfVehicle :many
DELETE FROM holder WHERE vehicle_id = @vehicle_id RETURNING shred_key;

-- name: EraseIdentity :many
DELETE FROM vehicle_identity WHERE vehicle_id = @vehicle_id RETURNING shred_key;

-- name: InsertErasure :exec
INSERT INTO erasure (request_id, shred_keys, receipts) VALUES (@request_id, @shred_keys, @receipts);

-- name: GetErasure :one
SELECT shred_keys, receipts, certificate FROM erasure WHERE request_id = @request_id;

-- name: SetCertificate :exec
UPDATE erasure SET certificate = @certificate WHERE request_id = @request_id AND certificate IS NULL;

-- name: CountOverdueRequests :one
SELECT count(*) FROM subject_request WHERE ended_at IS NULL AND due_at < @now::timestamptz;

-- name: RequestsOfHolder :many
SELECT * FROM subject_request WHERE holder_id = @holder_id ORDER BY received_at DESC, id LIMIT @page;

-- name: InsertRestriction :exec
INSERT INTO restriction (request_id, scope, holder_id, vehicle_id) VALUES (@request_id, @scope, @holder_id, @vehicle_id);

-- name: LiftRestriction :exec
UPDATE restriction SET lifted_at = now() WHERE request_id = @request_id AND lifted_at IS NULL;

-- A holder is restricted by a request of its own, and by one about its vehicle; a vehicle by one about the vehicle alone.
-- name: IsRestricted :one
SELECT EXISTS (
    SELECT FROM restriction
    WHERE lifted_at IS NULL AND ((holder_id = @holder_id AND scope = 'holder') OR (vehicle_id = @vehicle_id AND scope = 'vehicle'))
);

-- name: LockHolder :one
SELECT ciphertext, shred_key, vehicle_id, created_at FROM holder WHERE id = @id AND member = @member FOR UPDATE;

-- name: ReplaceHolder :exec
UPDATE holder SET ciphertext = @ciphertext, key_id = @key_id, shred_key = @shred_key WHERE id = @id;

-- name: DoomKeys :exec
INSERT INTO doomed_key (shred_key) SELECT unnest(@shred_keys::uuid[]) ON CONFLICT ON CONSTRAINT doomed_key_pkey DO NOTHING;

-- name: DoomedKeys :many
SELECT shred_key FROM doomed_key ORDER BY doomed_at, shred_key LIMIT @page;

-- name: ForgetDoomedKeys :exec
DELETE FROM doomed_key WHERE shred_key = ANY (@shred_keys::uuid[]);

-- name: AccessesTo :many
SELECT subject, action, created_at FROM audit WHERE object = @object ORDER BY id DESC LIMIT @page;

-- Former holders: somebody else has held the vehicle for long, and nobody waits for an answer about them.
-- name: DoomFormerHolders :execrows
WITH gone AS (
    DELETE FROM holder WHERE id IN (
        SELECT h.id FROM holder h
        WHERE EXISTS (
                SELECT FROM holder n WHERE n.vehicle_id = h.vehicle_id AND n.created_at > h.created_at AND n.created_at < @before::timestamptz)
            AND NOT EXISTS (SELECT FROM subject_request r WHERE r.holder_id = h.id AND r.ended_at IS NULL)
            AND NOT EXISTS (SELECT FROM restriction x WHERE x.holder_id = h.id AND x.lifted_at IS NULL)
        ORDER BY h.created_at LIMIT @page)
    RETURNING shred_key
)
INSERT INTO doomed_key (shred_key) SELECT shred_key FROM gone;

-- name: DeleteOldRequests :execrows
WITH old AS (
    SELECT r.id FROM subject_request r
    WHERE r.ended_at < @before::timestamptz
        AND NOT EXISTS (SELECT FROM restriction x WHERE x.request_id = r.id AND x.lifted_at IS NULL)
    ORDER BY r.ended_at LIMIT @page FOR UPDATE SKIP LOCKED
), without_erasure AS (
    DELETE FROM erasure WHERE request_id IN (SELECT id FROM old)
), without_restriction AS (
    DELETE FROM restriction WHERE request_id IN (SELECT id FROM old)
)
DELETE FROM subject_request WHERE id IN (SELECT id FROM old);

-- All keys of rows, in pages by name.
-- name: ShredKeysAfter :many
SELECT shred_key FROM (
    SELECT shred_key FROM vehicle_identity
    UNION ALL SELECT shred_key FROM holder
    UNION ALL SELECT shred_key FROM class_key
    UNION ALL SELECT shred_key FROM consent
) keys
WHERE shred_key > @after::uuid ORDER BY shred_key LIMIT @page;

-- name: DeleteShreddedIdentities :execrows
DELETE FROM vehicle_identity WHERE shred_key = ANY (@shred_keys::uuid[]);

-- name: DeleteShreddedHolders :execrows
DELETE FROM holder WHERE shred_key = ANY (@shred_keys::uuid[]);

-- name: DeleteShreddedClassKeys :execrows
DELETE FROM class_key WHERE shred_key = ANY (@shred_keys::uuid[]);
