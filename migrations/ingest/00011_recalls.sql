-- Parts that vehicles have, and recalls that name parts.

-- +goose Up

-- What became of parts, as events tell it. A part is installed while no later change takes it out.
CREATE TABLE part_installed (
    passport         uuid        NOT NULL,
    name             text        NOT NULL, -- of the event
    kind             integer     NOT NULL, -- pcc.events.v1.PartKind
    part_number      text        NOT NULL, -- of the installed part, or ''; so is its serial
    installed_serial text        NOT NULL,
    removed_serial   text        NOT NULL,
    occurred_at      timestamptz NOT NULL,
    CONSTRAINT part_installed_pkey PRIMARY KEY (passport, name)
);
CREATE INDEX part_installed_number_idx ON part_installed (part_number, passport) WHERE part_number <> '';
CREATE TRIGGER part_installed_append_only BEFORE UPDATE OR DELETE ON part_installed
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Parts of recalls, with how far the vehicles that have them were looked for.
CREATE TABLE recall_part (
    recall       text        NOT NULL,
    part_number  text        NOT NULL,
    campaign     text        NOT NULL,
    issued_at    timestamptz NOT NULL,
    searched_to  uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000', -- the last passport looked at
    search_ended boolean     NOT NULL DEFAULT false,
    CONSTRAINT recall_part_pkey PRIMARY KEY (part_number, recall)
);
CREATE INDEX recall_part_searching_idx ON recall_part (issued_at) WHERE NOT search_ended;

-- +goose Down
DROP TABLE recall_part, part_installed;
