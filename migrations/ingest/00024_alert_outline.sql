-- What runs of journal entries are about, so that whoever looks for alerts need not read every entry: nearly all are readings of
-- ordinary vehicles.

-- +goose Up

-- One row a transaction of the writer and stream, gone once it was looked at. It says nothing that the entries do not say: where
-- there is none, they are read themselves.
CREATE TABLE alert_outline (
    stream    text     NOT NULL,
    first     bigint   NOT NULL,
    length    integer  NOT NULL, -- entries
    passports uuid[]   NOT NULL, -- of the entries up to the last event, zero where one is about none
    telling   bigint[] NOT NULL, -- numbers of entries to read whatever their vehicle
    CONSTRAINT alert_outline_pkey PRIMARY KEY (stream, first),
    CONSTRAINT alert_outline_length CHECK (first >= 0 AND length >= cardinality(passports))
);
-- Random numbers are not made smaller by packing.
ALTER TABLE alert_outline ALTER COLUMN passports SET STORAGE EXTERNAL;

-- +goose Down
DROP TABLE alert_outline;
