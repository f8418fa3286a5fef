-- What a RecallIssued event says of a recall that names parts; the member is empty for recalls announced before.

-- +goose Up
ALTER TABLE recall_part ADD COLUMN member text NOT NULL DEFAULT '', ADD COLUMN defect text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE recall_part DROP COLUMN member, DROP COLUMN defect;
