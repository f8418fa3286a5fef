-- Epochs: their records, what they made of streams, lists and map, and where they stand on the ledger. Rows are only added.

-- +goose Up

-- Records that were cut, one of each number. The log of records is the journal's stream "index".
CREATE TABLE candidates (
    number      bigint      NOT NULL,
    record_hash bytea       NOT NULL,
    record      text        NOT NULL, -- canonical text
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT candidates_pkey PRIMARY KEY (number),
    CONSTRAINT candidates_number_hash_key UNIQUE (number, record_hash),
    CONSTRAINT candidates_number_positive CHECK (number > 0),
    CONSTRAINT candidates_hash_is_of_record CHECK (record_hash = sha256(convert_to(record, 'UTF8')))
);

-- The streams that grew in an epoch: up to where it takes their entries, and the state of the list of all of them.
CREATE TABLE extents (
    stream text COLLATE "C" NOT NULL,
    epoch  bigint           NOT NULL,
    size   bigint           NOT NULL,
    list   bytea            NOT NULL,
    CONSTRAINT extents_pkey PRIMARY KEY (stream, epoch),
    CONSTRAINT extents_stream_size_key UNIQUE (stream, size),
    CONSTRAINT extents_epoch_fkey FOREIGN KEY (epoch) REFERENCES candidates (number)
);

-- The lists that grew in an epoch, as they then were: the history of heads. The newest row of each key is what the map has.
CREATE TABLE heads (
    key   bytea  NOT NULL,
    epoch bigint NOT NULL,
    list  bytea  NOT NULL
);
CREATE UNIQUE INDEX heads_key_epoch_idx ON heads (key, epoch DESC);
CREATE INDEX heads_epoch_idx ON heads USING brin (epoch);

-- Signed and cosigned checkpoints of the index at an epoch. There is more than one when the witnesses changed before the
-- ledger took the epoch; the last one counts.
CREATE TABLE cosigned (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    number     bigint      NOT NULL,
    note       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT cosigned_pkey PRIMARY KEY (id),
    CONSTRAINT cosigned_number_fkey FOREIGN KEY (number) REFERENCES candidates (number)
);
CREATE INDEX cosigned_number_idx ON cosigned (number, id DESC);

-- The epochs that the ledger holds.
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

CREATE VIEW epochs AS
SELECT c.number, c.record, COALESCE(n.note, '') AS note, a.transaction_id, a.channel, a.chaincode, a.block, a.anchored_at
FROM candidates c
LEFT JOIN anchored a ON a.number = c.number
LEFT JOIN LATERAL (SELECT note FROM cosigned WHERE cosigned.number = c.number ORDER BY id DESC LIMIT 1) n ON true;

CREATE TRIGGER candidates_append_only BEFORE UPDATE OR DELETE ON candidates FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER extents_append_only BEFORE UPDATE OR DELETE ON extents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_append_only BEFORE UPDATE OR DELETE ON heads FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cosigned_append_only BEFORE UPDATE OR DELETE ON cosigned FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER anchored_append_only BEFORE UPDATE OR DELETE ON anchored FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER endorsements_append_only BEFORE UPDATE OR DELETE ON endorsements FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP VIEW epochs;
DROP TABLE endorsements, anchored, cosigned, heads, extents, candidates;
