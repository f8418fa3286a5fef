-- The lists that an epoch grew are written in the order of their keys, and read an epoch at a time; which of a key's rows is the
-- newest is asked at a start only. An index that begins with the epoch grows at its end, one that begins with the key everywhere.

-- +goose Up
DROP INDEX heads_key_epoch_idx;
DROP INDEX heads_epoch_idx;
ALTER TABLE heads ADD CONSTRAINT heads_pkey PRIMARY KEY (epoch, key);

-- +goose Down
ALTER TABLE heads DROP CONSTRAINT heads_pkey;
CREATE UNIQUE INDEX heads_key_epoch_idx ON heads (key, epoch DESC);
CREATE INDEX heads_epoch_idx ON heads USING brin (epoch);
