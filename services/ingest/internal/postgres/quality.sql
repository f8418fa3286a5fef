-- name: VehicleTails :many
SELECT passport, revision, policy, tail FROM odometer_state WHERE passport = ANY(@passports::uuid[]);

-- Tail and body in one statement are of one moment.
-- name: Vehicles :many
SELECT s.passport, s.revision, s.policy, s.tail, coalesce(b.signals, '')::bytea AS signals, coalesce(b.readings, '')::bytea AS readings
FROM odometer_state s LEFT JOIN odometer_body b ON b.passport = s.passport WHERE s.passport = ANY(@passports::uuid[]);

-- A row is left alone when another writer has come first: its revision is then not the one that was read.
-- name: UpdateVehicles :execrows
UPDATE odometer_state AS s
SET revision = n.revision, tail = n.tail, verdict = n.verdict, confidence = n.confidence, policy = @policy
FROM (
    SELECT unnest(@passports::uuid[]) AS passport, unnest(@revisions::bigint[]) AS revision, unnest(@tails::bytea[]) AS tail,
        unnest(@verdicts::text[]) AS verdict, unnest(@confidences::smallint[]) AS confidence
) AS n
WHERE s.passport = n.passport AND s.revision = n.revision - 1;

-- A row is left alone when another writer has come first with a vehicle that nobody knew.
-- name: InsertVehicles :execrows
INSERT INTO odometer_state (passport, revision, tail, verdict, confidence, policy)
SELECT unnest(@passports::uuid[]), 1, unnest(@tails::bytea[]), unnest(@verdicts::text[]), unnest(@confidences::smallint[]), @policy
ON CONFLICT ON CONSTRAINT odometer_state_pkey DO NOTHING;

-- Whoever changes a body has changed the vehicle's tail before, in the same transaction.
-- name: ReplaceBodies :exec
INSERT INTO odometer_body (passport, signals, readings)
SELECT unnest(@passports::uuid[]), unnest(@signals::bytea[]), unnest(@readings::bytea[])
ON CONFLICT ON CONSTRAINT odometer_body_pkey DO UPDATE SET signals = excluded.signals, readings = excluded.readings;

-- name: ExtendBodies :exec
INSERT INTO odometer_body AS b (passport, signals, readings)
SELECT unnest(@passports::uuid[]), '', unnest(@readings::bytea[])
ON CONFLICT ON CONSTRAINT odometer_body_pkey DO UPDATE SET readings = b.readings || excluded.readings;

-- name: Reputations :many
SELECT * FROM reputation WHERE member = ANY(@members::text[]);

-- A reputation that is not there cannot be locked.
-- name: BeginReputations :exec
INSERT INTO reputation (member, data_kind, confirmations, refutations, marks, day)
SELECT unnest(@members::text[]), unnest(@data_kinds::text[]), 0, 0, 0, 0
ON CONFLICT ON CONSTRAINT reputation_pkey DO NOTHING;

-- name: LockReputations :many
SELECT * FROM reputation WHERE member = ANY(@members::text[]) ORDER BY member, data_kind FOR UPDATE;

-- name: SaveReputations :exec
INSERT INTO reputation AS r (member, data_kind, confirmations, refutations, marks, day)
SELECT unnest(@members::text[]), unnest(@data_kinds::text[]), unnest(@confirmations::bigint[]), unnest(@refutations::bigint[]),
    unnest(@marks::bigint[]), unnest(@days::bigint[])
ON CONFLICT ON CONSTRAINT reputation_pkey DO UPDATE
SET confirmations = excluded.confirmations, refutations = excluded.refutations, marks = excluded.marks, day = excluded.day;

-- name: InsertMarks :exec
INSERT INTO reputation_mark (member, data_kind, number, outcome, passport, event, cause, day, created_at)
SELECT unnest(@members::text[]), unnest(@data_kinds::text[]), unnest(@numbers::bigint[]), unnest(@outcomes::text[]),
    unnest(@passports::uuid[]), unnest(@events::uuid[]), unnest(@causes::uuid[]), unnest(@days::bigint[]), @created_at;

-- name: RecentMarks :many
SELECT passport, event, outcome, created_at FROM (
    (SELECT c.* FROM reputation_mark c WHERE c.member = @member AND c.data_kind = @data_kind AND c.outcome = 'confirmed'
    ORDER BY c.number DESC LIMIT @most)
    UNION ALL
    (SELECT r.* FROM reputation_mark r WHERE r.member = @member AND r.data_kind = @data_kind AND r.outcome = 'refuted'
    ORDER BY r.number DESC LIMIT @most)
) AS marks
ORDER BY number DESC;

-- name: GetEvent :one
SELECT event.id, event.source, event.event_id, event.type, event.passport, event.occurred_at, journal_entry.leaf FROM event
JOIN journal_entry ON journal_entry.stream = event.stream AND journal_entry.seq = event.seq
WHERE event.passport = @passport AND event.id = @id AND event.member = @member;

-- The leaves of a passport's newest events: of one member, or of all. An event that was accepted later than as_of is left out.
-- name: PassportLeaves :many
SELECT event.id, event.source, event.event_id, event.type, event.passport, event.occurred_at, journal_entry.leaf FROM event
JOIN journal_entry ON journal_entry.stream = event.stream AND journal_entry.seq = event.seq
WHERE event.passport = @passport AND (@member::text = '' OR event.member = @member) AND event.received_at <= @as_of
ORDER BY event.id DESC LIMIT @most;

-- A page also ends after max_bytes of leaves, but never before its first; found is how long it would have been.
-- name: ListLeaves :many
SELECT e.seq, e.key, e.leaf, measured.found FROM journal_entry e
JOIN (
    SELECT d.seq, sum(octet_length(d.leaf)) OVER (ORDER BY d.seq) - octet_length(d.leaf) AS bytes_before, count(*) OVER () AS found
    FROM (SELECT l.seq, l.leaf FROM journal_entry l WHERE l.stream = @stream AND l.seq >= @first ORDER BY l.seq LIMIT @page) AS d
) AS measured ON measured.seq = e.seq AND measured.bytes_before < @max_bytes::bigint
WHERE e.stream = @stream
ORDER BY e.seq;

-- name: InsertNotes :exec
INSERT INTO event_note (event, passport, member, member_class, source, kind, target, statement, evidence, upheld, noted_at)
SELECT unnest(@events::uuid[]), unnest(@passports::uuid[]), unnest(@members::text[]), unnest(@classes::text[]), unnest(@sources::text[]),
    unnest(@kinds::text[]), unnest(@targets::text[]), unnest(@statements::text[]), unnest(@evidence::text[])::jsonb,
    unnest(@upheld::boolean[]), unnest(@noted_at::timestamptz[]);

-- The first of each member and kind, so that no member can crowd out what others say.
-- name: PassportNotes :many
SELECT n.* FROM event_note n
JOIN (
    SELECT m.event, row_number() OVER (PARTITION BY m.member, m.kind ORDER BY m.event) AS place FROM event_note m WHERE m.passport = @passport
) AS p ON p.event = n.event AND p.place <= CASE WHEN n.kind = 'dispute' THEN @most_disputes::bigint ELSE @most::bigint END
WHERE n.passport = @passport
ORDER BY n.event;

-- Passports with an event, of those named, that was corrected before it came.
-- name: CorrectedBefore :many
SELECT DISTINCT n.passport
FROM (SELECT unnest(@sources::text[]) AS source, unnest(@event_ids::text[]) AS event_id, unnest(@passports::uuid[]) AS passport) AS asked
JOIN event_note n ON n.kind = 'correction' AND n.source = asked.source AND n.target = asked.event_id AND n.passport = asked.passport;

-- name: PassportMarks :many
SELECT event, outcome, day FROM reputation_mark WHERE passport = @passport;

-- name: RefutedEvents :many
SELECT event FROM reputation_mark WHERE passport = @passport AND outcome = 'refuted' AND created_at <= @known_at;

-- name: EventFields :many
SELECT id, type, occurred_at FROM event WHERE id = ANY(@ids::uuid[]);

-- What a member said of a passport in a stretch of time, as it was accepted.
-- name: MemberAnswers :many
SELECT id, type, occurred_at, received_at, quality FROM event
WHERE passport = @passport AND member = @member AND occurred_at >= @since AND occurred_at < @until
ORDER BY received_at, id LIMIT @most;
