-- Whoever changes alerts holds this lock to the end of the transaction: positions then become visible in their order.
-- name: LockAlerts :exec
SELECT pg_advisory_xact_lock(hashtextextended('ingest/alerts', 0));

-- name: AlertPositions :many
SELECT stream, next FROM alert_position;

-- name: AlertPosition :one
SELECT coalesce((SELECT p.next FROM alert_position p WHERE p.stream = @stream), 0)::bigint AS next;

-- name: SaveAlertPosition :exec
INSERT INTO alert_position (stream, next) VALUES (@stream, @next)
ON CONFLICT ON CONSTRAINT alert_position_pkey DO UPDATE SET next = excluded.next;

-- name: AddOutline :exec
INSERT INTO alert_outline (stream, first, length, passports, telling) VALUES (@stream, @first, @length, @passports, @telling);

-- name: NextOutline :one
SELECT * FROM alert_outline WHERE stream = @stream AND first >= @since ORDER BY first LIMIT 1;

-- name: DropOutlines :exec
DELETE FROM alert_outline WHERE stream = @stream AND first < @before;

-- Each key is an access to the index, as of ContentHashes.
-- name: EventIDs :many
SELECT asked.source::text AS source, asked.event_id::text AS event_id, e.id
FROM (SELECT unnest(@sources::text[]) AS source, unnest(@event_ids::text[]) AS event_id) AS asked
CROSS JOIN LATERAL (
    SELECT event.id FROM event WHERE event.source = asked.source AND event.event_id = asked.event_id LIMIT 1
) AS e;

-- name: AddMarks :many
INSERT INTO alert_mark (passport, name, kind, occurred_at, campaign)
SELECT unnest(@passports::uuid[]), unnest(@names::text[]), unnest(@kinds::text[]), unnest(@times::timestamptz[]), unnest(@campaigns::text[])
ON CONFLICT ON CONSTRAINT alert_mark_pkey DO NOTHING
RETURNING passport;

-- name: MarksOf :many
SELECT * FROM alert_mark WHERE passport = ANY(@passports::uuid[]) ORDER BY passport, occurred_at, name;

-- The first use in a time, among the passport's newest events: ids are in the order of acceptance.
-- name: FirstUse :one
SELECT id, type, occurred_at FROM (
    SELECT e.id, e.type, e.occurred_at FROM event e WHERE e.passport = @passport ORDER BY e.id DESC LIMIT @most
) AS newest
WHERE coalesce(id <> ALL(@withdrawn::uuid[]), true) AND type = ANY(@types::text[]) AND occurred_at >= @since::timestamptz AND occurred_at < @until::timestamptz
ORDER BY occurred_at, id LIMIT 1;

-- name: AlertsOfPassports :many
SELECT passport, kind, cause, (explained_at IS NULL)::boolean AS open FROM alert WHERE passport = ANY(@passports::uuid[]) ORDER BY id;

-- name: InsertAlert :one
INSERT INTO alert (id, passport, kind, cause, cause_at, evidence, evidence_at, campaign, policy, raised_at)
VALUES (@id, @passport, @kind, @cause, @cause_at, @evidence, @evidence_at, @campaign, @policy, @raised_at)
RETURNING *;

-- name: AddRecipients :many
INSERT INTO alert_recipient (member, alert)
SELECT involved.member, @alert::uuid FROM (
    SELECT DISTINCT e.member FROM event e
    WHERE e.passport = @passport AND e.source <> '/members/' || e.member || '/registry/recalls' -- as ingest.RecallSource
    UNION
    SELECT p.member FROM passport_enroller p WHERE p.passport = @passport
) AS involved ORDER BY involved.member LIMIT @most
RETURNING member;

-- name: ChangeAlert :one
UPDATE alert SET explained_at = @explained_at, position = nextval('alert_change'),
    reopened = reopened + CASE WHEN @explained_at::timestamptz IS NULL THEN 1 ELSE 0 END
WHERE passport = @passport AND kind = @kind AND cause = @cause
RETURNING *;

-- name: Recipients :many
SELECT member FROM alert_recipient WHERE alert = @alert ORDER BY member;

-- name: RememberEnroller :exec
INSERT INTO passport_enroller (passport, member) VALUES (@passport, @member) ON CONFLICT ON CONSTRAINT passport_enroller_pkey DO NOTHING;

-- Alerts come with the member's acknowledgement since they were last opened.
-- name: ListAlerts :many
SELECT sqlc.embed(a), coalesce(k.acknowledged_by, '') AS acknowledged_by, k.acknowledged_at
FROM alert_recipient r JOIN alert a ON a.id = r.alert
LEFT JOIN alert_acknowledgement k ON k.member = r.member AND k.alert = a.id AND k.reopened = a.reopened
WHERE r.member = @member AND r.alert < @before AND (NOT @of_passport::boolean OR a.passport = @passport)
    AND (NOT @unacknowledged::boolean OR k.alert IS NULL)
ORDER BY r.alert DESC LIMIT @page;

-- name: GetAlert :one
SELECT sqlc.embed(a), coalesce(k.acknowledged_by, '') AS acknowledged_by, k.acknowledged_at
FROM alert_recipient r JOIN alert a ON a.id = r.alert
LEFT JOIN alert_acknowledgement k ON k.member = r.member AND k.alert = a.id AND k.reopened = a.reopened
WHERE r.member = @member AND r.alert = @id;

-- name: AlertsAfter :many
SELECT sqlc.embed(a), coalesce(k.acknowledged_by, '') AS acknowledged_by, k.acknowledged_at
FROM alert a JOIN alert_recipient r ON r.alert = a.id AND r.member = @member
LEFT JOIN alert_acknowledgement k ON k.member = r.member AND k.alert = a.id AND k.reopened = a.reopened
WHERE a.position > @after ORDER BY a.position LIMIT @page;

-- name: AcknowledgeAlert :exec
INSERT INTO alert_acknowledgement (member, alert, reopened, acknowledged_by, acknowledged_at)
SELECT r.member, a.id, a.reopened, @acknowledged_by, @acknowledged_at
FROM alert_recipient r JOIN alert a ON a.id = r.alert WHERE r.member = @member AND r.alert = @id
ON CONFLICT ON CONSTRAINT alert_acknowledgement_pkey DO NOTHING;

-- name: RolledBack :many
SELECT s.passport, s.revision, s.policy, s.tail, coalesce(b.signals, '')::bytea AS signals, coalesce(b.readings, '')::bytea AS readings
FROM odometer_state s LEFT JOIN odometer_body b ON b.passport = s.passport
WHERE s.passport = ANY(@passports::uuid[]) AND s.verdict IN ('rollback_suspected', 'rollback_established');

-- name: AddParts :exec
INSERT INTO part_installed (passport, name, kind, part_number, installed_serial, removed_serial, occurred_at)
SELECT unnest(@passports::uuid[]), unnest(@names::text[]), unnest(@kinds::integer[]), unnest(@part_numbers::text[]),
    unnest(@installed_serials::text[]), unnest(@removed_serials::text[]), unnest(@times::timestamptz[])
ON CONFLICT ON CONSTRAINT part_installed_pkey DO NOTHING;

-- Recalls of parts that these passports have. A part with a serial number is taken out by a change that names it, one without
-- by the next change of its kind.
-- name: RecallsOfInstalled :many
SELECT DISTINCT p.passport, r.recall, r.campaign, r.issued_at, r.member, r.defect
FROM part_installed p JOIN recall_part r ON r.part_number = p.part_number
WHERE p.passport = ANY(@passports::uuid[]) AND p.part_number <> '' AND NOT EXISTS (
    SELECT FROM part_installed o WHERE o.passport = p.passport AND o.name <> p.name AND o.occurred_at >= p.occurred_at
        AND CASE WHEN p.installed_serial <> '' THEN o.removed_serial = p.installed_serial ELSE o.kind = p.kind END)
ORDER BY p.passport, r.recall;

-- name: AddRecallParts :exec
INSERT INTO recall_part (recall, part_number, campaign, issued_at, member, defect)
SELECT @recall, unnest(@part_numbers::text[]), @campaign, @issued_at, @member, @defect
ON CONFLICT ON CONSTRAINT recall_part_pkey DO NOTHING;

-- name: SearchingPart :one
SELECT * FROM recall_part WHERE NOT search_ended ORDER BY issued_at, recall, part_number LIMIT 1;

-- name: PassportsWithPart :many
SELECT DISTINCT passport FROM part_installed
WHERE part_number = @part_number AND part_number <> '' AND passport > @after ORDER BY passport LIMIT @page;

-- name: AdvancePart :exec
UPDATE recall_part SET searched_to = @searched_to, search_ended = @search_ended
WHERE recall = @recall AND part_number = @part_number;

-- Passports of which some event may have been withdrawn.
-- name: NotedPassports :many
SELECT DISTINCT passport FROM event_note WHERE passport = ANY(@passports::uuid[]) AND kind IN ('correction', 'resolution');

-- The events of a passport that a note is about.
-- name: NotedEvents :many
SELECT e.id, e.member, e.source, e.event_id, e.received_at FROM event e
JOIN event_note n ON n.passport = @passport AND n.kind = 'correction' AND e.source = n.source AND e.event_id = n.target
WHERE e.passport = @passport
UNION
SELECT e.id, e.member, e.source, e.event_id, e.received_at FROM event e
JOIN event_note n ON n.passport = @passport AND n.kind = 'dispute' AND e.id::text = n.target
WHERE e.passport = @passport;
