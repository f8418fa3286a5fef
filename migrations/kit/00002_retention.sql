-- What lets old inbox and idempotency rows be found and deleted (internal/retention), and the audit stay whole.

-- +goose Up
CREATE INDEX inbox_received_idx ON inbox (received_at);
CREATE INDEX idempotency_created_idx ON idempotency (created_at);
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TRIGGER audit_no_truncate ON audit;
DROP INDEX idempotency_created_idx, inbox_received_idx;
