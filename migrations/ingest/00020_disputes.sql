-- What a dispute rests on, and who may decide it.

-- +goose Up

-- Notes from before have a statement and evidence in their events only, and no class.
ALTER TABLE event_note
    ADD COLUMN member_class text  NOT NULL DEFAULT '', -- when it was sent: an authority decides disputes of others
    ADD COLUMN statement    text  NOT NULL DEFAULT '', -- why an event is disputed, or what came out
    ADD COLUMN evidence     jsonb NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE event_note DROP COLUMN evidence, DROP COLUMN statement, DROP COLUMN member_class;
