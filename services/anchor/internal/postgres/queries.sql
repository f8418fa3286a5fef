-- name: LastAnchored :one
SELECT * FROM epochs WHERE number = (SELECT max(number) FROM anchored);

-- name: LastCandidate :one
SELECT record FROM candidates ORDER BY number DESC LIMIT 1;

-- name: Waiting :many
SELECT * FROM epochs WHERE number > COALESCE((SELECT max(number) FROM anchored), 0) ORDER BY number LIMIT sqlc.arg(page_size);

-- name: Uncosigned :many
SELECT * FROM epochs
WHERE number > COALESCE((SELECT max(number) FROM anchored), 0) AND note = '' ORDER BY number LIMIT sqlc.arg(page_size);

-- name: CountWaiting :one
SELECT count(*) FROM candidates WHERE number > COALESCE((SELECT max(number) FROM anchored), 0);

-- name: CandidateExists :one
SELECT EXISTS (SELECT FROM candidates WHERE number = $1 AND record_hash = $2);

-- name: InsertCandidate :exec
INSERT INTO candidates (number, record_hash, record) VALUES ($1, $2, $3);

-- name: InsertNote :exec
INSERT INTO cosigned (number, note) VALUES ($1, $2);

-- name: InsertAnchored :exec
INSERT INTO anchored (number, record_hash, transaction_id, channel, chaincode, block)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: InsertEndorsement :exec
INSERT INTO endorsements (number, ordinal, msp_id, certificate, signature, signed) VALUES ($1, $2, $3, $4, $5, $6);

-- name: ListEpochs :many
SELECT * FROM epochs WHERE number < sqlc.arg(before) ORDER BY number DESC LIMIT sqlc.arg(page_size);

-- name: GetEpoch :one
SELECT * FROM epochs WHERE number = $1;

-- name: ListEndorsements :many
SELECT * FROM endorsements WHERE number = ANY (sqlc.arg(numbers)::bigint[]) ORDER BY number, ordinal;

-- The epoch that took each of the entries, in their order; entries that no epoch took are left out.
-- name: EpochsOf :many
SELECT taken.epoch
FROM unnest(sqlc.arg(entries)::bigint[]) WITH ORDINALITY AS asked(seq, n)
CROSS JOIN LATERAL (
    SELECT e.epoch FROM extents e WHERE e.stream = sqlc.arg(stream) AND e.size > asked.seq ORDER BY e.size LIMIT 1
) AS taken
ORDER BY asked.n;

-- Extents returns the newest state of each stream.
-- name: Extents :many
SELECT last.list
FROM unnest(sqlc.arg(streams)::text[]) WITH ORDINALITY AS asked(stream, n)
CROSS JOIN LATERAL (
    SELECT e.list FROM extents e WHERE e.stream = asked.stream COLLATE "C" ORDER BY e.epoch DESC LIMIT 1
) AS last
ORDER BY asked.n;
