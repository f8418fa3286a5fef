-- Every row with personal data names a key of its own, beside the vault's data key, under which it is sealed. The key is in a file
-- outside of the database, where an erasure destroys it: what a backup brings back then stays closed.

-- +goose Up
ALTER TABLE vehicle_identity ADD COLUMN shred_key uuid NOT NULL;
ALTER TABLE holder ADD COLUMN shred_key uuid NOT NULL;

-- +goose Down
ALTER TABLE holder DROP COLUMN shred_key;
ALTER TABLE vehicle_identity DROP COLUMN shred_key;
