-- The public tags of the vehicles, part of the projection of the registry: with an event's class they make the key of the list
-- that the event belongs to. The tags of passports that are known already are with the registry, which a migration cannot ask;
-- a passport that is forgotten here is asked for again with its next event.

-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM event) THEN
        RAISE EXCEPTION 'there are events that were journaled without the key of a list: start with an empty journal'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;
-- +goose StatementEnd
DELETE FROM known_passport;
ALTER TABLE known_passport ADD COLUMN tag bytea NOT NULL,
    ADD CONSTRAINT known_passport_tag_key UNIQUE (tag),
    ADD CONSTRAINT known_passport_tag_length CHECK (octet_length(tag) = 32);

-- +goose Down
ALTER TABLE known_passport DROP CONSTRAINT known_passport_tag_length, DROP CONSTRAINT known_passport_tag_key, DROP COLUMN tag;
