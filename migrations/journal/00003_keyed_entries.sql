-- Every entry names the list that it belongs to. A leaf's hash is over this key and a commitment to the leaf, so entries that
-- were journaled without one are no entries of the trees to come: a journal that has any is refused, not converted.

-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM journal_entry) THEN
        RAISE EXCEPTION 'the journal has entries without the key of a list, whose hashes are another format''s: start with an empty one'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;
-- +goose StatementEnd
ALTER TABLE journal_entry ADD COLUMN key bytea NOT NULL,
    ADD CONSTRAINT journal_entry_key_length CHECK (octet_length(key) = 32);

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM journal_entry) THEN
        RAISE EXCEPTION 'the journal has entries, whose hashes are over the keys of their lists'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;
-- +goose StatementEnd
ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_key_length, DROP COLUMN key;
