-- Epochs of the ledger. Rows are only added.

-- +goose Up

-- Records that were cut. Of a number there is more than one when a record became too old to submit; see the package
-- documentation of services/anchor.
CREATE TABLE candidates (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    number      bigint      NOT NULL,
    record_hash bytea       NOT NULL,
    record      text        NOT NULL, -- canonical text
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT candidates_pkey PRIMARY KEY (id),
    CONSTRAINT candidates_number_hash_key UNIQUE (number, record_hash),
    CONSTRAINT candidates_number_positive CHECK (number > 0),
    CONSTRAINT candidates_hash_is_of_record CHECK (record_hash = sha256(convert_to(record, 'UTF8')))
);

-- The candidate of each number that the ledger holds.
CREATE TABLE anchored (
    number         bigint      NOT NULL,
    record_hash    bytea       NOT NULL,
    transaction_id text        NOT NULL,
    channel        text        NOT NULL,
    chaincode      text        NOT NULL,
    block          bigint      NOT NULL,
    anchored_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT anchored_pkey PRIMARY KEY (number),
    CONSTRAINT anchored_transaction_key UNIQUE (transaction_id),
    CONSTRAINT anchored_candidate_fkey FOREIGN KEY (number, record_hash) REFERENCES candidates (number, record_hash)
);

CREATE TABLE endorsements (
    number      bigint   NOT NULL,
    ordinal     smallint NOT NULL, -- order in the transaction
    msp_id      text     NOT NULL,
    certificate text     NOT NULL, -- PEM
    signature   bytea    NOT NULL,
    signed      bytea    NOT NULL, -- the exact bytes signed
    CONSTRAINT endorsements_pkey PRIMARY KEY (number, ordinal),
    CONSTRAINT endorsements_number_fkey FOREIGN KEY (number) REFERENCES anchored (number)
);

-- One row a number: the anchored candidate, or the newest one of the number that is under way.
CREATE VIEW epochs AS
SELECT DISTINCT ON (c.number)
    c.number, c.record, a.transaction_id, a.channel, a.chaincode, a.block, a.anchored_at
FROM candidates c
LEFT JOIN anchored a ON a.number = c.number
WHERE a.number IS NULL OR a.record_hash = c.record_hash
ORDER BY c.number DESC, c.id DESC;

CREATE TRIGGER candidates_append_only BEFORE UPDATE OR DELETE ON candidates FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER anchored_append_only BEFORE UPDATE OR DELETE ON anchored FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER endorsements_append_only BEFORE UPDATE OR DELETE ON endorsements FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP VIEW epochs;
DROP TABLE endorsements, anchored, candidates;
