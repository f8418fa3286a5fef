-- Keys of sources, what the sources signed, and what is wrong with their chains.

-- +goose Up

-- Public keys, for ever: a revoked one still verifies what was journaled before.
CREATE TABLE source_key (
    id             bytea       NOT NULL, -- SHA-256 of public_key
    member         text        NOT NULL,
    source         text        NOT NULL,
    passport       uuid,                 -- of the vehicle that holds the private half
    public_key     bytea       NOT NULL, -- SubjectPublicKeyInfo
    created_at     timestamptz NOT NULL,
    first_sequence bigint      NOT NULL, -- size of the member's stream at the enrolment
    revoked_at     timestamptz,
    end_sequence   bigint,               -- the same at the revocation
    revoke_reason  text        NOT NULL DEFAULT '',
    CONSTRAINT source_key_pkey PRIMARY KEY (id),
    CONSTRAINT source_key_id_of_key CHECK (id = sha256(public_key)),
    CONSTRAINT source_key_source_of_member CHECK (starts_with(source, '/members/' || member || '/')),
    CONSTRAINT source_key_sequences CHECK (first_sequence >= 0 AND end_sequence >= first_sequence),
    CONSTRAINT source_key_revoked_whole CHECK ((revoked_at IS NULL) = (end_sequence IS NULL))
);
CREATE INDEX source_key_source_idx ON source_key (source);
CREATE INDEX source_key_member_idx ON source_key (member, id);
CREATE INDEX source_key_passport_idx ON source_key (passport, id) WHERE passport IS NOT NULL;

-- +goose StatementBegin
CREATE FUNCTION source_key_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL
        OR (NEW.id, NEW.member, NEW.source, NEW.passport, NEW.public_key, NEW.created_at, NEW.first_sequence)
            IS DISTINCT FROM (OLD.id, OLD.member, OLD.source, OLD.passport, OLD.public_key, OLD.created_at, OLD.first_sequence)
    THEN
        RAISE EXCEPTION 'a source key is only ever revoked, once: UPDATE refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER source_key_ends BEFORE UPDATE ON source_key FOR EACH ROW EXECUTE FUNCTION source_key_only_ends();
CREATE TRIGGER source_key_kept BEFORE DELETE ON source_key FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- One row a statement whose signature held, whatever became of its events. The order of the key finds the neighbours of a
-- statement and the end of a chain.
CREATE TABLE source_statement (
    source         text   NOT NULL,
    last_sequence  bigint NOT NULL,
    hash           bytea  NOT NULL, -- by which the next statement names it
    member         text   NOT NULL,
    first_sequence bigint NOT NULL,
    previous       bytea  NOT NULL,
    statement      bytea  NOT NULL, -- COSE_Sign1
    CONSTRAINT source_statement_pkey PRIMARY KEY (source, last_sequence, hash),
    CONSTRAINT source_statement_run CHECK (first_sequence >= 0 AND last_sequence BETWEEN first_sequence AND first_sequence + 999)
);
CREATE TRIGGER source_statement_append_only BEFORE UPDATE OR DELETE ON source_statement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Numbers that are missing now, and forks for ever.
CREATE TABLE source_gap (
    id             uuid        NOT NULL, -- version 7
    member         text        NOT NULL,
    source         text        NOT NULL,
    kind           text        NOT NULL,
    first_sequence bigint      NOT NULL,
    last_sequence  bigint      NOT NULL,
    detected_at    timestamptz NOT NULL,
    statements     bytea[]     NOT NULL DEFAULT '{}', -- of a fork, the earlier to come first
    CONSTRAINT source_gap_pkey PRIMARY KEY (id),
    CONSTRAINT source_gap_kind CHECK (kind IN ('missing', 'fork')),
    CONSTRAINT source_gap_run CHECK (first_sequence >= 0 AND last_sequence >= first_sequence)
);
CREATE INDEX source_gap_member_idx ON source_gap (member, id);
CREATE INDEX source_gap_missing_idx ON source_gap (source, last_sequence) WHERE kind = 'missing';

-- Who signed an event, and under which number; NULL when nobody did. The signature itself is in the journal's leaf.
ALTER TABLE event
    ADD COLUMN source_key bytea,
    ADD COLUMN source_sequence bigint,
    ADD CONSTRAINT event_signed_whole CHECK ((source_key IS NULL) = (source_sequence IS NULL));

-- A refused event keeps its signature, so that a replay is as signed as the event was.
ALTER TABLE dead_letter
    ADD COLUMN statement bytea,
    ADD COLUMN statement_index integer NOT NULL DEFAULT 0,
    ADD COLUMN audit_path bytea;

ALTER TABLE source_gap ENABLE ROW LEVEL SECURITY;
CREATE POLICY source_gap_of_member ON source_gap FOR SELECT TO ingest_reader USING (member = current_setting('pcc.tenant', true));
GRANT SELECT ON source_gap TO ingest_reader;

-- +goose Down
ALTER TABLE dead_letter DROP COLUMN statement, DROP COLUMN statement_index, DROP COLUMN audit_path;
ALTER TABLE event DROP COLUMN source_key, DROP COLUMN source_sequence;
DROP TABLE source_gap, source_statement, source_key;
DROP FUNCTION source_key_only_ends;
