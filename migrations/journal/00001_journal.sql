-- The append-only Merkle journal (internal/journal) in the schema of a service that keeps one. Names are resolved by the
-- search path.

-- +goose Up

CREATE TABLE journal_entry (
    stream      text        NOT NULL,
    seq         bigint      NOT NULL,
    leaf        bytea       NOT NULL,
    leaf_hash   bytea       NOT NULL,
    appended_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT journal_entry_pk PRIMARY KEY (stream, seq),
    CONSTRAINT journal_entry_seq_counts_from_zero CHECK (seq >= 0),
    CONSTRAINT journal_entry_leaf_size CHECK (octet_length(leaf) BETWEEN 1 AND 1048576),
    CONSTRAINT journal_entry_hash_of_leaf CHECK (leaf_hash = sha256('\x00'::bytea || leaf))
);

CREATE TABLE journal_tile (
    stream text     NOT NULL,
    level  smallint NOT NULL,
    idx    bigint   NOT NULL,
    data   bytea    NOT NULL,
    CONSTRAINT journal_tile_pk PRIMARY KEY (stream, level, idx),
    CONSTRAINT journal_tile_place CHECK (level BETWEEN 0 AND 7 AND idx >= 0),
    CONSTRAINT journal_tile_whole_hashes CHECK (octet_length(data) BETWEEN 32 AND 8192 AND octet_length(data) % 32 = 0)
);

CREATE TABLE journal_checkpoint (
    stream     text        NOT NULL,
    size       bigint      NOT NULL,
    root       bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT journal_checkpoint_pk PRIMARY KEY (stream, size),
    CONSTRAINT journal_checkpoint_size_positive CHECK (size > 0),
    CONSTRAINT journal_checkpoint_root_size CHECK (octet_length(root) = 32)
);

-- +goose StatementBegin
CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION journal_tile_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.stream, NEW.level, NEW.idx) IS DISTINCT FROM (OLD.stream, OLD.level, OLD.idx)
        OR octet_length(NEW.data) <= octet_length(OLD.data)
        OR substring(NEW.data FROM 1 FOR octet_length(OLD.data)) <> OLD.data
    THEN
        RAISE EXCEPTION 'journal_tile only grows: UPDATE refused'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_entry_no_truncate BEFORE TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_checkpoint_append_only BEFORE UPDATE OR DELETE ON journal_checkpoint
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_checkpoint_no_truncate BEFORE TRUNCATE ON journal_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_tile_grows BEFORE UPDATE ON journal_tile
    FOR EACH ROW EXECUTE FUNCTION journal_tile_only_grows();
CREATE TRIGGER journal_tile_no_delete BEFORE DELETE ON journal_tile
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_tile_no_truncate BEFORE TRUNCATE ON journal_tile
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
