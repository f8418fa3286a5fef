-- A statement is journaled once for the events that came with it, and what an event keeps of it are the subtrees beside it.

-- +goose Up
ALTER TABLE dead_letter RENAME COLUMN audit_path TO beside;

-- +goose Down
ALTER TABLE dead_letter RENAME COLUMN beside TO audit_path;
