-- What is known of vehicles' odometers and of sources' reputations. All of it can be computed anew from the journal.

-- +goose Up

-- The bounded selection of a vehicle's history that its verdict is computed from, and the verdict.
CREATE TABLE odometer_state (
    passport   uuid        NOT NULL,
    revision   bigint      NOT NULL, -- counts the transactions that changed it
    state      bytea       NOT NULL, -- pcc.ingest.v1.OdometerState
    verdict    text        NOT NULL,
    confidence smallint    NOT NULL,
    policy     text        NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT odometer_state_pkey PRIMARY KEY (passport),
    CONSTRAINT odometer_state_revision_counts_from_one CHECK (revision >= 1),
    CONSTRAINT odometer_state_confidence_range CHECK (confidence BETWEEN 0 AND 100)
);

-- A member's reputation for one kind of data: its marks, in their order, counted less the older they are.
CREATE TABLE reputation (
    member        text   NOT NULL,
    data_kind     text   NOT NULL,
    confirmations bigint NOT NULL, -- in millionths, as of day
    refutations   bigint NOT NULL,
    marks         bigint NOT NULL,
    day           bigint NOT NULL, -- from 1970-01-01
    CONSTRAINT reputation_pkey PRIMARY KEY (member, data_kind),
    CONSTRAINT reputation_sums CHECK (confirmations >= 0 AND refutations >= 0 AND marks >= 0)
);

-- The marks, which are journaled in the stream of the member they are of, too.
CREATE TABLE reputation_mark (
    member     text        NOT NULL,
    data_kind  text        NOT NULL,
    number     bigint      NOT NULL, -- from 1
    outcome    text        NOT NULL,
    passport   uuid        NOT NULL,
    event      uuid        NOT NULL, -- that is marked
    cause      uuid        NOT NULL, -- event of another member that decided it
    day        bigint      NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT reputation_mark_pkey PRIMARY KEY (member, data_kind, number),
    CONSTRAINT reputation_mark_event_key UNIQUE (event, outcome),
    CONSTRAINT reputation_mark_outcome CHECK (outcome IN ('confirmed', 'refuted'))
);
CREATE INDEX reputation_mark_recent_idx ON reputation_mark (member, data_kind, outcome, number);
CREATE TRIGGER reputation_mark_append_only BEFORE UPDATE OR DELETE ON reputation_mark
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A member reads its own marks, and its own stream of the journal.
ALTER TABLE reputation_mark ENABLE ROW LEVEL SECURITY;
CREATE POLICY reputation_mark_of_member ON reputation_mark FOR SELECT TO ingest_reader USING (member = current_setting('pcc.tenant', true));
GRANT SELECT ON reputation_mark TO ingest_reader;
ALTER TABLE journal_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY journal_entry_of_member ON journal_entry FOR SELECT TO ingest_reader
    USING (stream = 'ingest/' || current_setting('pcc.tenant', true));
GRANT SELECT ON journal_entry TO ingest_reader;

-- +goose Down
DROP POLICY journal_entry_of_member ON journal_entry;
ALTER TABLE journal_entry DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON journal_entry FROM ingest_reader;
DROP TABLE reputation_mark, reputation, odometer_state;
