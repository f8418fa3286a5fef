-- What access keeps: which policy is of which ownership period, and the consents of owners. What may be read, the ledger decides.

-- +goose Up

-- The policy of an ownership period. The row is written before the ledger's record, with its text, and only the mark of that
-- changes: a period never gets another policy.
CREATE TABLE policy_period (
    policy_id  text        NOT NULL, -- random
    passport   uuid        NOT NULL,
    period     integer     NOT NULL,
    steward    text        NOT NULL, -- the member that served the holder when it was opened
    text       text        NOT NULL, -- canonical text of version 1
    on_ledger  boolean     NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    CONSTRAINT policy_period_pkey PRIMARY KEY (policy_id),
    CONSTRAINT policy_period_period_key UNIQUE (passport, period),
    CONSTRAINT policy_period_id_check CHECK (policy_id ~ '^[0-9a-f]{32}$'),
    CONSTRAINT policy_period_period_check CHECK (period >= 1)
);

-- A consent, for who gave it and whom it is given. The ledger has its hash.
CREATE TABLE consent (
    hash         bytea       NOT NULL,
    policy_id    text        NOT NULL,
    steward      text        NOT NULL, -- the member that recorded it
    recipient    text        NOT NULL, -- a member, or '*' for every member
    signed_text  text        NOT NULL,
    created_at   timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT consent_pkey PRIMARY KEY (hash),
    CONSTRAINT consent_policy_fkey FOREIGN KEY (policy_id) REFERENCES policy_period (policy_id),
    CONSTRAINT consent_hash_check CHECK (octet_length(hash) = 32)
);
CREATE INDEX consent_policy_idx ON consent (policy_id, created_at, hash);

-- Consents are read by a role that sees those of one member only.
ALTER TABLE consent ENABLE ROW LEVEL SECURITY;
CREATE POLICY consent_of_member ON consent FOR SELECT TO access_reader USING (
    steward = current_setting('pcc.tenant', true)
    OR recipient = current_setting('pcc.tenant', true)
    OR recipient = '*' AND current_setting('pcc.tenant', true) <> ''
);
GRANT USAGE ON SCHEMA access TO access_reader;
GRANT SELECT ON consent TO access_reader;

-- +goose Down
DROP TABLE consent, policy_period;
