-- Leaves on their way into the journal (internal/journal/outbox): they commit with what they are of, and are moved in batches, so
-- that who writes them does not wait for a stream's lock.

-- +goose Up
CREATE TABLE journal_outbox (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream text  NOT NULL,
    key    bytea NOT NULL,
    leaf   bytea NOT NULL,
    CONSTRAINT journal_outbox_key_length CHECK (octet_length(key) = 32),
    CONSTRAINT journal_outbox_leaf_size CHECK (octet_length(leaf) BETWEEN 1 AND 1048576)
);

-- +goose Down
DROP TABLE journal_outbox;
