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
