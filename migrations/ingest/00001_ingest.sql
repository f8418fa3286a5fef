-- Events as they are journaled, refused events, and what the checks need to know of the registry. The journal itself
-- comes from migrations/journal.

-- +goose Up

-- One row an event, written by COPY in the transaction that journals it, and never changed.
--
-- The table is not partitioned: the unique key that makes an event take effect once reaches over all history, and a
-- partitioned table cannot have it. The primary key is ordered by time, so that it grows at one end; the other two indexes
-- are the price of the two questions asked of old events, "have I had it?" and "what happened to this car?". When they
-- no longer fit in memory, the key moves to a table of its own and this one is cut by month of received_at.
CREATE TABLE event (
    id              uuid        NOT NULL, -- the platform's, version 7
    member          text        NOT NULL,
    source          text        NOT NULL,
    event_id        text        NOT NULL, -- the source's
    type            text        NOT NULL,
    passport        uuid        NOT NULL,
    occurred_at     timestamptz NOT NULL,
    received_at     timestamptz NOT NULL,
    odometer_metres bigint,
    quality         smallint    NOT NULL, -- at ingest
    quality_policy  text        NOT NULL,
    cloud_event     bytea       NOT NULL,
    content_hash    bytea       NOT NULL, -- SHA-256 of cloud_event
    stream          text        NOT NULL,
    seq             bigint      NOT NULL,
    leaf_hash       bytea       NOT NULL,
    CONSTRAINT event_pkey PRIMARY KEY (id),
    CONSTRAINT event_source_id_key UNIQUE (source, event_id),
    CONSTRAINT event_source_length CHECK (octet_length(source) BETWEEN 1 AND 256),
    CONSTRAINT event_event_id_length CHECK (octet_length(event_id) BETWEEN 1 AND 128),
    CONSTRAINT event_source_of_member CHECK (starts_with(source, '/members/' || member || '/')),
    CONSTRAINT event_stream_of_member CHECK (stream = 'ingest/' || member),
    CONSTRAINT event_odometer_range CHECK (odometer_metres BETWEEN 0 AND 5000000000),
    CONSTRAINT event_quality_range CHECK (quality BETWEEN 0 AND 100),
    CONSTRAINT event_hash_lengths CHECK (octet_length(content_hash) = 32 AND octet_length(leaf_hash) = 32)
);
CREATE INDEX event_passport_idx ON event (passport, id);
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Refused events, for their sender.
CREATE TABLE dead_letter (
    id           uuid        NOT NULL, -- version 7
    member       text        NOT NULL,
    position     integer     NOT NULL, -- in its batch, from 0
    source       text        NOT NULL, -- as sent, cut to its bound; so is event_id
    event_id     text        NOT NULL,
    reason       text        NOT NULL,
    field        text        NOT NULL,
    detail       text        NOT NULL,
    cloud_event  bytea,                -- NULL when too large to keep
    content_hash bytea       NOT NULL, -- of the whole event, kept or not
    created_at   timestamptz NOT NULL,
    replayed_at  timestamptz,
    CONSTRAINT dead_letter_pkey PRIMARY KEY (id),
    CONSTRAINT dead_letter_content_key UNIQUE (member, content_hash, reason),
    CONSTRAINT dead_letter_event_size CHECK (octet_length(cloud_event) <= 65536)
);
CREATE INDEX dead_letter_member_idx ON dead_letter (member, id);

-- How many rows each member has: counting them would read them all.
CREATE TABLE member_count (
    member       text   NOT NULL,
    journaled    bigint NOT NULL DEFAULT 0,
    dead_letters bigint NOT NULL DEFAULT 0,
    CONSTRAINT member_count_pkey PRIMARY KEY (member)
);

-- Passports that exist: a projection of the registry, for the checks. It may lag; it never has one that does not exist.
CREATE TABLE known_passport (
    id uuid NOT NULL,
    CONSTRAINT known_passport_pkey PRIMARY KEY (id)
);

-- Members read as this role, which sees the rows of one member. COPY is refused under row-level security, so the writer
-- is the owner of the tables.
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
ALTER TABLE dead_letter ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_count ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_of_member ON event FOR SELECT TO ingest_reader USING (member = current_setting('pcc.tenant', true));
CREATE POLICY dead_letter_of_member ON dead_letter FOR SELECT TO ingest_reader USING (member = current_setting('pcc.tenant', true));
CREATE POLICY member_count_of_member ON member_count FOR SELECT TO ingest_reader USING (member = current_setting('pcc.tenant', true));
GRANT USAGE ON SCHEMA ingest TO ingest_reader;
GRANT SELECT ON event, dead_letter, member_count TO ingest_reader;

-- +goose Down
DROP TABLE known_passport, member_count, dead_letter, event;
