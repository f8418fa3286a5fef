-- The inputs are parallel arrays. Rows go in by tag, so that two batches lock in the same order.

-- name: InsertVehicles :many
INSERT INTO vehicle (id, tag)
SELECT unnest(@ids::uuid[]), unnest(@tags::bytea[]) AS new_tag
ORDER BY new_tag
ON CONFLICT ON CONSTRAINT vehicle_tag_key DO NOTHING
RETURNING id;

-- name: InsertIdentities :exec
INSERT INTO vehicle_identity (vehicle_id, ciphertext, key_id, shred_key)
SELECT unnest(@vehicle_ids::uuid[]), unnest(@ciphertexts::bytea[]), unnest(@key_ids::bigint[]), unnest(@shred_keys::uuid[]);

-- name: AuditVehicles :exec
INSERT INTO audit (subject, action, object)
SELECT @subject::text, @action::text, 'vehicles/' || unnest(@ids::uuid[]);

-- name: VehiclesByTag :many
SELECT id, tag FROM vehicle WHERE tag = ANY (@tags::bytea[]);

-- name: BoundVehicles :many
SELECT id, tag FROM vehicle WHERE id = ANY (@ids::uuid[]);

-- name: IdentitiesAfter :many
SELECT vehicle_id, ciphertext, shred_key FROM vehicle_identity WHERE vehicle_id > @after ORDER BY vehicle_id LIMIT @page;

-- name: IdentitiesOf :many
SELECT vehicle_id, ciphertext, shred_key FROM vehicle_identity WHERE vehicle_id = ANY (@ids::uuid[]);

-- name: InsertHolder :exec
INSERT INTO holder (id, member, vehicle_id, ciphertext, key_id, shred_key)
VALUES (@id, @member, @vehicle_id, @ciphertext, @key_id, @shred_key);

-- The member is asked for although row-level security hides the rows of others: one guard does not rely on the other.

-- name: HolderOfMember :one
SELECT vehicle_id, ciphertext, key_id, shred_key, created_at FROM holder WHERE id = @id AND member = @member;

-- name: ClassKey :one
SELECT vehicle_id, ciphertext, shred_key FROM class_key WHERE policy = @policy AND class = @class;

-- name: InsertClassKey :exec
INSERT INTO class_key (policy, class, vehicle_id, ciphertext, key_id, shred_key)
VALUES (@policy, @class, @vehicle_id, @ciphertext, @key_id, @shred_key)
ON CONFLICT ON CONSTRAINT class_key_pkey DO NOTHING;

-- name: EraseClassKeys :many
DELETE FROM class_key WHERE vehicle_id = @vehicle_id RETURNING shred_key;
