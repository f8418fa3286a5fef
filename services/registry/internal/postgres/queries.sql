-- name: MemberClass :one
SELECT class FROM member WHERE id = @id;

-- name: AddMember :exec
INSERT INTO member (id, display_name, class, msp_id, ca_certificates, administrators, created_at)
VALUES (@id, @display_name, @class, @msp_id, @ca_certificates, @administrators, @created_at);

-- name: AddAuthorities :exec
INSERT INTO member_authority (key_hash, member) SELECT unnest(@key_hashes::bytea[]), @member::text;

-- name: CompleteStep :exec
INSERT INTO admission_step (member, step) VALUES (@member, @step) ON CONFLICT ON CONSTRAINT admission_step_pkey DO NOTHING;

-- name: Member :one
SELECT member.*, ARRAY(SELECT s.step FROM admission_step s WHERE s.member = member.id)::text[] AS completed
FROM member WHERE id = @id;

-- name: Members :many
SELECT member.*, ARRAY(SELECT s.step FROM admission_step s WHERE s.member = member.id)::text[] AS completed
FROM member WHERE id > @after ORDER BY id LIMIT @max_rows;

-- name: Authorities :many
SELECT id, ca_certificates FROM member ORDER BY id LIMIT @max_rows;

-- Sorted by vehicle, so that two batches with vehicles in common lock them in the same order. A vehicle that has a passport
-- under this handle, or under another one with the same tag, gets none.
-- name: AddPassports :many
INSERT INTO passport (vehicle, tag, make, model, variant, first_date, colour, energy, power_watts,
    life_cycle, enrolled_by, updated_by, created_at, updated_at)
SELECT v.vehicle::uuid, v.tag, v.make, v.model, v.variant, v.first_date, v.colour, v.energy, v.power_watts,
    @life_cycle::text, @enrolled_by::text, @enrolled_by::text, @created_at::timestamptz, @created_at::timestamptz
FROM (SELECT unnest(@vehicles::text[]) AS vehicle, unnest(@tags::bytea[]) AS tag, unnest(@makes::text[]) AS make, unnest(@models::text[]) AS model,
    unnest(@variants::text[]) AS variant, unnest(@first_dates::text[]) AS first_date, unnest(@colours::text[]) AS colour,
    unnest(@energies::text[]) AS energy, unnest(@powers_watts::bigint[]) AS power_watts) AS v
ORDER BY v.vehicle
ON CONFLICT DO NOTHING
RETURNING *;

-- name: AddFirstPeriods :exec
INSERT INTO ownership_period (passport, number, started_at)
SELECT unnest(@passports::text[])::uuid, 1, @started_at::timestamptz;

-- name: PassportsOf :many
SELECT * FROM passport WHERE vehicle IN (SELECT unnest(@vehicles::text[])::uuid);

-- name: PassportsTagged :many
SELECT * FROM passport WHERE tag = ANY(@tags::bytea[]);

-- name: Passport :one
SELECT * FROM passport WHERE id = @id;

-- name: LockPassport :one
SELECT * FROM passport WHERE id = @id FOR UPDATE;

-- name: PassportsByMember :many
SELECT * FROM passport
WHERE enrolled_by = @member AND (created_at, id) > (@after_time::timestamptz, @after_id::uuid)
ORDER BY created_at, id LIMIT @max_rows;

-- name: Ownership :one
-- Who made the revision that began the present ownership period serves its holder.
SELECT p.vehicle, p.ownership_periods, r.updated_by AS steward
FROM passport p JOIN passport_revision r ON r.id = p.id AND r.ownership_periods = p.ownership_periods
WHERE p.id = @id
ORDER BY r.revision
LIMIT 1;

-- name: PassportsByID :many
SELECT * FROM passport WHERE id IN (SELECT unnest(@ids::text[])::uuid);

-- name: SaveRevision :exec
UPDATE passport SET revision = @revision, life_cycle = @life_cycle, ownership_periods = @ownership_periods,
    updated_by = @updated_by, updated_at = @updated_at
WHERE id = @id;

-- name: AddTransition :exec
INSERT INTO passport_transition (passport, revision, from_state, to_state, member, reason, created_at)
VALUES (@passport, @revision, @from_state, @to_state, @member, @reason, @created_at);

-- name: Transitions :many
SELECT * FROM passport_transition WHERE passport = @passport AND revision > @after ORDER BY revision LIMIT @max_rows;

-- name: Periods :many
SELECT * FROM ownership_period WHERE passport = @passport AND number > @after ORDER BY number LIMIT @max_rows;

-- name: EndPeriod :execrows
UPDATE ownership_period SET ended_at = @ended_at::timestamptz WHERE passport = @passport AND ended_at IS NULL;

-- name: AddPeriod :exec
INSERT INTO ownership_period (passport, number, started_at) VALUES (@passport, @number, @started_at);

-- name: ProposedTransfer :one
SELECT * FROM ownership_transfer WHERE passport = @passport AND state = 'proposed';

-- name: LockTransfer :one
SELECT * FROM ownership_transfer WHERE passport = @passport AND id = @id FOR UPDATE;

-- name: AddTransfer :one
INSERT INTO ownership_transfer (passport, state, code_hash, proposed_by, created_at, expires_at)
VALUES (@passport, @state, @code_hash, @proposed_by, @created_at, @expires_at) RETURNING id;

-- name: SaveTransfer :exec
UPDATE ownership_transfer SET state = @state, attempts = @attempts, accepted_by = @accepted_by WHERE id = @id;
