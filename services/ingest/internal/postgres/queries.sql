-- name: KnownPassports :many
SELECT id, tag FROM known_passport WHERE id = ANY(@ids::uuid[]);

-- name: RememberPassports :exec
INSERT INTO known_passport (id, tag) SELECT unnest(@ids::uuid[]), unnest(@tags::bytea[])
ON CONFLICT ON CONSTRAINT known_passport_pkey DO NOTHING;

-- Who changes what the writers of a member go by, as its keys, has it for himself to the end of the transaction.
-- name: LockMember :exec
SELECT pg_advisory_xact_lock(hashtextextended('ingest/writer/' || @member::text, 0));

-- The writers of a member share it.
-- name: ShareMember :exec
SELECT pg_advisory_xact_lock_shared(hashtextextended('ingest/writer/' || @member::text, 0));

-- Statements are taken into the chains of a member's sources one transaction after the other.
-- name: LockChains :exec
SELECT pg_advisory_xact_lock(hashtextextended('ingest/chains/' || @member::text, 0));

-- The limit keeps each key an access to the index: for thousands of keys a join would read the whole table instead.
-- name: ContentHashes :many
SELECT asked.source::text AS source, asked.event_id::text AS event_id, e.content_hash
FROM (SELECT unnest(@sources::text[]) AS source, unnest(@event_ids::text[]) AS event_id) AS asked
CROSS JOIN LATERAL (
    SELECT event.content_hash FROM event WHERE event.source = asked.source AND event.event_id = asked.event_id LIMIT 1
) AS e;

-- name: CountJournaled :exec
INSERT INTO member_count AS c (member, journaled) VALUES (@member, @added)
ON CONFLICT ON CONSTRAINT member_count_pkey DO UPDATE SET journaled = c.journaled + excluded.journaled;

-- A replayed event that is refused after all waits for its sender again.
-- name: ReopenDeadLetters :exec
UPDATE dead_letter AS d SET replayed_at = NULL
FROM (SELECT unnest(@content_hashes::bytea[]) AS content_hash, unnest(@reasons::text[]) AS reason) AS again
WHERE d.member = @member AND d.content_hash = again.content_hash AND d.reason = again.reason AND d.replayed_at IS NOT NULL;

-- name: InsertDeadLetters :execrows
INSERT INTO dead_letter (id, member, position, source, event_id, reason, field, detail, cloud_event, content_hash, created_at,
    statement, statement_index, beside)
SELECT unnest(@ids::uuid[]), @member, unnest(@positions::integer[]), unnest(@sources::text[]), unnest(@event_ids::text[]),
    unnest(@reasons::text[]), unnest(@fields::text[]), unnest(@details::text[]), unnest(@cloud_events::bytea[]),
    unnest(@content_hashes::bytea[]), @created_at, unnest(@statements::bytea[]), unnest(@indexes::integer[]), unnest(@besides::bytea[])
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
SELECT sqlc.embed(event), measured.key, measured.leaf, measured.found FROM event
JOIN (
    SELECT d.id, d.key, d.leaf, sum(octet_length(d.leaf)) OVER (ORDER BY d.id) - octet_length(d.leaf) AS bytes_before, count(*) OVER () AS found
    FROM (SELECT l.id, j.key, j.leaf FROM event l JOIN journal_entry j ON j.stream = l.stream AND j.seq = l.seq
        WHERE l.passport = @passport AND l.member = @member AND l.id > @after
        AND l.received_at <= @known_at AND l.occurred_at <= @valid_at ORDER BY l.id LIMIT @page) AS d
) AS measured ON measured.id = event.id AND measured.bytes_before < @max_bytes::bigint
WHERE event.passport = @passport
ORDER BY event.id;

-- The length of a leaf is known without reading it.
-- name: MeasurePassport :one
SELECT count(*) AS events, coalesce(sum(octet_length(j.leaf)), 0)::bigint AS bytes
FROM event e JOIN journal_entry j ON j.stream = e.stream AND j.seq = e.seq WHERE e.passport = @passport;

-- name: PassportEvents :many
SELECT sqlc.embed(event), j.key, j.leaf FROM event JOIN journal_entry j ON j.stream = event.stream AND j.seq = event.seq
WHERE event.passport = @passport ORDER BY event.id LIMIT @most;

-- name: PassportPositions :many
SELECT stream, seq FROM event WHERE passport = @passport ORDER BY id LIMIT @most;

-- name: SigningSources :many
SELECT DISTINCT source FROM source_key WHERE source = ANY(@sources::text[]);

-- name: SourceKeysByID :many
SELECT * FROM source_key WHERE id = ANY(@ids::bytea[]);

-- name: RevokedKeys :many
SELECT id FROM source_key WHERE id = ANY(@ids::bytea[]) AND revoked_at IS NOT NULL;

-- name: CountActiveKeys :one
SELECT count(*) FROM source_key WHERE source = @source AND revoked_at IS NULL;

-- name: InsertSourceKey :exec
INSERT INTO source_key (id, member, source, passport, public_key, created_at, first_sequence)
VALUES (@id, @member, @source, @passport, @public_key, @created_at, @first_sequence);

-- name: GetSourceKey :one
SELECT * FROM source_key WHERE id = @id AND member = @member;

-- name: EndSourceKey :exec
UPDATE source_key SET revoked_at = @revoked_at, end_sequence = @end_sequence, revoke_reason = @revoke_reason WHERE id = @id;

-- name: MemberSourceKeys :many
SELECT * FROM source_key
WHERE member = @member AND id > @after AND (passport IS NULL OR member = @caller::text)
ORDER BY id LIMIT @page;

-- name: PassportSourceKeys :many
SELECT * FROM source_key WHERE passport = @passport::uuid AND id > @after ORDER BY id LIMIT @page;

-- Statements that share a number with a new one or stand beside it.
-- name: NeighbourStatements :many
SELECT DISTINCT s.* FROM (
    SELECT unnest(@sources::text[]) AS source, unnest(@firsts::bigint[]) AS first_sequence, unnest(@lasts::bigint[]) AS last_sequence
) AS asked
JOIN source_statement s ON s.source = asked.source
    AND s.last_sequence BETWEEN asked.first_sequence - 1 AND asked.last_sequence + 1000
    AND s.first_sequence <= asked.last_sequence + 1;

-- name: ChainEnds :many
SELECT asked.source::text AS source, coalesce((
    SELECT max(s.last_sequence) + 1 FROM source_statement s WHERE s.source = asked.source
), 0)::bigint AS next
FROM (SELECT unnest(@sources::text[]) AS source) AS asked;

-- name: MissingRuns :many
SELECT DISTINCT g.* FROM (
    SELECT unnest(@sources::text[]) AS source, unnest(@firsts::bigint[]) AS first_sequence, unnest(@lasts::bigint[]) AS last_sequence
) AS asked
JOIN source_gap g ON g.source = asked.source AND g.kind = 'missing'
    AND g.last_sequence >= asked.first_sequence AND g.first_sequence <= asked.last_sequence;

-- name: InsertStatements :exec
INSERT INTO source_statement (source, last_sequence, hash, member, first_sequence, previous, statement)
SELECT unnest(@sources::text[]), unnest(@lasts::bigint[]), unnest(@hashes::bytea[]), unnest(@members::text[]),
    unnest(@firsts::bigint[]), unnest(@previous::bytea[]), unnest(@statements::bytea[]);

-- name: InsertGap :exec
INSERT INTO source_gap (id, member, source, kind, first_sequence, last_sequence, detected_at, statements)
VALUES (@id, @member, @source, @kind, @first_sequence, @last_sequence, @detected_at, @statements);

-- name: DeleteGaps :exec
DELETE FROM source_gap WHERE id = ANY(@ids::uuid[]) AND kind = 'missing';

-- name: ListGaps :many
SELECT * FROM source_gap WHERE member = @member AND id > @after ORDER BY id LIMIT @page;

-- Ids are in the order of time.
-- name: DeleteOldDeadLetters :many
DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter WHERE id < @before::uuid ORDER BY id LIMIT @page)
RETURNING member;

-- name: PassportOfTag :one
SELECT id FROM known_passport WHERE tag = @tag;

-- Looks through all refused events, which are bounded a member. A word that a sender wrote in another encoding is not found; the row
-- goes when it is old.
-- name: PurgeDeadLetters :many
DELETE FROM dead_letter
WHERE EXISTS (
    SELECT FROM unnest(@words::text[]) AS word
    WHERE position(convert_to(word, 'UTF8') IN coalesce(cloud_event, '')) > 0
       OR position(word IN concat_ws(' ', source, event_id, field, detail)) > 0
)
RETURNING member;
