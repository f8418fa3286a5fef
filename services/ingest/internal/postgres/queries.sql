-- name: KnownPassports :many
SELECT id FROM known_passport WHERE id = ANY(@ids::uuid[]);

-- name: RememberPassports :exec
INSERT INTO known_passport (id) SELECT unnest(@ids::uuid[]) ON CONFLICT DO NOTHING;

-- The writers of a member take turns, so that what one looks up stays true until it commits.
-- name: LockMember :exec
SELECT pg_advisory_xact_lock(hashtextextended('ingest/writer/' || @member::text, 0));

-- name: ContentHashes :many
SELECT e.source, e.event_id, e.content_hash
FROM (SELECT unnest(@sources::text[]) AS source, unnest(@event_ids::text[]) AS event_id) AS asked
JOIN event e ON e.source = asked.source AND e.event_id = asked.event_id;

-- name: CountJournaled :exec
INSERT INTO member_count AS c (member, journaled) VALUES (@member, @added)
ON CONFLICT ON CONSTRAINT member_count_pkey DO UPDATE SET journaled = c.journaled + excluded.journaled;

-- name: InsertDeadLetters :execrows
INSERT INTO dead_letter (id, member, position, source, event_id, reason, field, detail, cloud_event, content_hash, created_at)
SELECT unnest(@ids::uuid[]), @member, unnest(@positions::integer[]), unnest(@sources::text[]), unnest(@event_ids::text[]),
    unnest(@reasons::text[]), unnest(@fields::text[]), unnest(@details::text[]), unnest(@cloud_events::bytea[]),
    unnest(@content_hashes::bytea[]), @created_at
ON CONFLICT ON CONSTRAINT dead_letter_content_key DO NOTHING;

-- name: CountDeadLetters :one
INSERT INTO member_count AS c (member, dead_letters) VALUES (@member, @added)
ON CONFLICT ON CONSTRAINT member_count_pkey DO UPDATE SET dead_letters = c.dead_letters + excluded.dead_letters
RETURNING dead_letters;

-- name: ForgetDeadLetters :execrows
DELETE FROM dead_letter WHERE id IN (
    SELECT d.id FROM dead_letter d WHERE d.member = @member ORDER BY d.replayed_at IS NULL, d.id LIMIT @surplus
);

-- name: MarkReplayed :execrows
UPDATE dead_letter SET replayed_at = now() WHERE id = @id AND member = @member AND replayed_at IS NULL;

-- name: GetDeadLetter :one
SELECT * FROM dead_letter WHERE id = @id AND member = @member;

-- A page also ends after max_bytes of events, but never before its first; found is how long it would have been.
-- name: ListDeadLetters :many
SELECT sqlc.embed(dead_letter), measured.found FROM dead_letter
JOIN (
    SELECT d.id, sum(coalesce(octet_length(d.cloud_event), 0)) OVER (ORDER BY d.id DESC) - coalesce(octet_length(d.cloud_event), 0) AS bytes_before,
        count(*) OVER () AS found
    FROM (SELECT l.id, l.cloud_event FROM dead_letter l WHERE l.member = @member AND l.id < @before ORDER BY l.id DESC LIMIT @page) AS d
) AS measured ON measured.id = dead_letter.id AND measured.bytes_before < @max_bytes::bigint
ORDER BY dead_letter.id DESC;

-- name: Counts :one
SELECT journaled, dead_letters FROM member_count WHERE member = @member;

-- name: ListEvents :many
SELECT sqlc.embed(event), measured.found FROM event
JOIN (
    SELECT d.id, sum(octet_length(d.cloud_event)) OVER (ORDER BY d.id) - octet_length(d.cloud_event) AS bytes_before,
        count(*) OVER () AS found
    FROM (SELECT l.id, l.cloud_event FROM event l WHERE l.passport = @passport AND l.member = @member AND l.id > @after ORDER BY l.id LIMIT @page) AS d
) AS measured ON measured.id = event.id AND measured.bytes_before < @max_bytes::bigint
ORDER BY event.id;

-- name: MeasurePassport :one
SELECT count(*) AS events, coalesce(sum(octet_length(cloud_event)), 0)::bigint AS bytes FROM event WHERE passport = @passport;

-- name: PassportEvents :many
SELECT * FROM event WHERE passport = @passport ORDER BY id LIMIT @most;

-- name: PassportPositions :many
SELECT stream, seq FROM event WHERE passport = @passport ORDER BY id LIMIT @most;
