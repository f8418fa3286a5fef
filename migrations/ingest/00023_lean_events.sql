-- An event's bytes are in its journal entry, once. Its row keeps what is looked for, and two indexes: by the source's key and by
-- the passport; the platform's id alone is never asked for.

-- +goose Up
ALTER TABLE event
    DROP CONSTRAINT event_hash_lengths, DROP COLUMN cloud_event, DROP COLUMN leaf_hash,
    ADD CONSTRAINT event_hash_length CHECK (octet_length(content_hash) = 32),
    DROP CONSTRAINT event_pkey, ADD CONSTRAINT event_pkey PRIMARY KEY (passport, id);
DROP INDEX event_passport_idx;

-- A vehicle's state is written anew with each of its events: in its page, while that has room.
ALTER TABLE odometer_state SET (fillfactor = 50);
-- The few that the alerts ask for.
CREATE INDEX odometer_state_rollback_idx ON odometer_state (passport) WHERE verdict IN ('rollback_suspected', 'rollback_established');

-- +goose Down
DROP INDEX odometer_state_rollback_idx;
ALTER TABLE odometer_state RESET (fillfactor);
CREATE INDEX event_passport_idx ON event (passport, id);
-- The columns come back empty: what they held is in the journal.
ALTER TABLE event
    DROP CONSTRAINT event_pkey, ADD CONSTRAINT event_pkey PRIMARY KEY (id),
    DROP CONSTRAINT event_hash_length, ADD COLUMN cloud_event bytea NOT NULL DEFAULT '', ADD COLUMN leaf_hash bytea NOT NULL DEFAULT sha256(''),
    ADD CONSTRAINT event_hash_lengths CHECK (octet_length(content_hash) = 32 AND octet_length(leaf_hash) = 32);
