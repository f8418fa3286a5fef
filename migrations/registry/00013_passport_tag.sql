-- The vehicle's public tag, by which journals and proofs know it. It follows from the VIN alone, so that one vehicle has one
-- passport even if the vault should ever give its VIN a second handle. The tags of passports that exist are with the vault,
-- which a migration cannot ask: a catalogue that has any is refused.

-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM passport) THEN
        RAISE EXCEPTION 'there are passports without the tag of their vehicle: start with an empty catalogue'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;
-- +goose StatementEnd
ALTER TABLE passport ADD COLUMN tag bytea NOT NULL,
    ADD CONSTRAINT passport_tag_key UNIQUE (tag),
    ADD CONSTRAINT passport_tag_length CHECK (octet_length(tag) = 32);
ALTER TABLE passport_revision ADD COLUMN tag bytea NOT NULL;

-- +goose Down
ALTER TABLE passport_revision DROP COLUMN tag;
ALTER TABLE passport DROP CONSTRAINT passport_tag_length, DROP CONSTRAINT passport_tag_key, DROP COLUMN tag;
