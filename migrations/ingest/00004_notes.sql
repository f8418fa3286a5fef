-- What events say about other events: corrections, disputes, and how they ended.

-- +goose Up

-- One row an event that is about another one. What comes of it is computed from these rows for any time asked; nothing changes.
CREATE TABLE event_note (
    event    uuid        NOT NULL, -- that says it
    passport uuid        NOT NULL,
    member   text        NOT NULL, -- that sent it
    source   text        NOT NULL,
    kind     text        NOT NULL,
    target   text        NOT NULL, -- of a correction the source's own event id, of others the platform's
    upheld   boolean     NOT NULL,
    noted_at timestamptz NOT NULL, -- when it was accepted
    CONSTRAINT event_note_pkey PRIMARY KEY (event),
    CONSTRAINT event_note_kind CHECK (kind IN ('correction', 'dispute', 'resolution'))
);
CREATE INDEX event_note_passport_idx ON event_note (passport);
CREATE INDEX event_note_correction_idx ON event_note (source, target) WHERE kind = 'correction';
CREATE TRIGGER event_note_append_only BEFORE UPDATE OR DELETE ON event_note FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A refutation is taken back when the source itself corrected the event in time.
ALTER TABLE reputation_mark
    DROP CONSTRAINT reputation_mark_outcome,
    ADD CONSTRAINT reputation_mark_outcome CHECK (outcome IN ('confirmed', 'refuted', 'forgiven'));
CREATE INDEX reputation_mark_passport_idx ON reputation_mark (passport);

-- +goose Down
DROP INDEX reputation_mark_passport_idx;
ALTER TABLE reputation_mark
    DROP CONSTRAINT reputation_mark_outcome,
    ADD CONSTRAINT reputation_mark_outcome CHECK (outcome IN ('confirmed', 'refuted'));
DROP TABLE event_note;
