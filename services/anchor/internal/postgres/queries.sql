-- name: LastAnchored :one
SELECT * FROM epochs WHERE number = (SELECT max(number) FROM anchored);

-- name: PendingCandidate :one
SELECT c.record FROM candidates c
WHERE c.number > COALESCE((SELECT max(number) FROM anchored), 0)
ORDER BY c.id DESC
LIMIT 1;

-- name: CandidateExists :one
SELECT EXISTS (SELECT FROM candidates WHERE number = $1 AND record_hash = $2);

-- name: InsertCandidate :exec
INSERT INTO candidates (number, record_hash, record) VALUES ($1, $2, $3)
ON CONFLICT ON CONSTRAINT candidates_number_hash_key DO NOTHING;

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
