-- name: AddRecall :one
INSERT INTO recall (member, campaign, defect, ranges, part_numbers, created_at, search_ended_at)
VALUES (@member, @campaign, @defect, @ranges, @part_numbers, @created_at, @search_ended_at) RETURNING id;

-- name: Recall :one
SELECT * FROM recall WHERE id = @id AND member = @member;

-- name: RecallsByMember :many
SELECT * FROM recall
WHERE member = @member AND (created_at, id) < (@before_time::timestamptz, @before_id::uuid)
ORDER BY created_at DESC, id DESC LIMIT @max_rows;

-- name: SearchingRecall :one
SELECT * FROM recall WHERE search_ended_at IS NULL ORDER BY created_at, id LIMIT 1;

-- name: AdvanceSearch :execrows
UPDATE recall SET searched_to = @next, search_ended_at = @ended_at
WHERE id = @id AND searched_to = @searched_to AND search_ended_at IS NULL;

-- Whoever adds matches locks the recall first; of several recalls, ascending by id.
-- name: LockRecall :exec
SELECT FROM recall WHERE id = @id FOR UPDATE;

-- Sorted, so that two transactions with passports in common wait for each other in one order only.
-- name: AddMatches :many
INSERT INTO recall_match (recall, passport)
SELECT @recall::uuid, found.passport FROM (SELECT unnest(@passports::text[])::uuid AS passport) AS found ORDER BY found.passport
ON CONFLICT ON CONSTRAINT recall_match_pkey DO NOTHING
RETURNING passport;

-- name: CountMatches :exec
UPDATE recall SET matched_passports = matched_passports + @found WHERE id = @id;

-- Candidates that stand at one place of the recalls: what was begun is ended first.
-- name: Candidates :many
SELECT c.passport, c.compared_to, p.vehicle FROM recall_candidate c JOIN passport p ON p.id = c.passport
WHERE c.compared_to = (SELECT b.compared_to FROM recall_candidate b ORDER BY b.compared_to DESC LIMIT 1)
ORDER BY c.enrolled_at, c.passport LIMIT @max_rows;

-- name: RecallsWithRanges :many
SELECT * FROM recall WHERE id > @after AND ranges <> '' ORDER BY id LIMIT @max_rows;

-- name: AdvanceCandidates :exec
UPDATE recall_candidate SET compared_to = @next WHERE passport IN (SELECT unnest(@passports::text[])::uuid) AND compared_to < @next;

-- name: RemoveCandidates :exec
DELETE FROM recall_candidate WHERE passport IN (SELECT unnest(@passports::text[])::uuid);
