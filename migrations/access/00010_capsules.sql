-- Capsules under which writers sealed confidential fields. The ledger has their hashes and labels; who has all of this and no answers
-- of trustees opens nothing.

-- +goose Up
CREATE TABLE capsule (
    hash       bytea       NOT NULL, -- SHA-256 of label and capsule
    policy     text        NOT NULL,
    class      text        NOT NULL,
    writer     text        NOT NULL,
    key_number bigint      NOT NULL,
    content    bytea       NOT NULL,
    -- When the ledger had it; null while it waits for that.
    registered timestamptz,
    -- Why the ledger refused it; it is not tried again.
    refused    text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT capsule_pkey PRIMARY KEY (hash),
    CONSTRAINT capsule_hash_length CHECK (octet_length(hash) = 32),
    CONSTRAINT capsule_content_length CHECK (octet_length(content) = 128),
    CONSTRAINT capsule_one_outcome CHECK (registered IS NULL OR refused IS NULL)
);
CREATE INDEX capsule_policy_idx ON capsule (policy, class);
CREATE INDEX capsule_waiting_idx ON capsule (created_at) WHERE registered IS NULL AND refused IS NULL;

-- +goose Down
DROP TABLE capsule;
