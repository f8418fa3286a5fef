-- name: AddErasureNotice :execrows
INSERT INTO erasure_notice (passport, erased_at)
SELECT p.id, @erased_at::timestamptz FROM passport p
WHERE p.tag = @tag AND NOT EXISTS (SELECT FROM erasure_notice n WHERE n.passport = p.id AND n.erased_at > @since::timestamptz);

-- name: ErasureNotices :many
SELECT * FROM erasure_notice WHERE id > @after::bigint ORDER BY id LIMIT @max_rows;
