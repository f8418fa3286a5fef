-- Rows by their keys: those that came back with a backup and do not open any more are found and deleted.

-- +goose Up
CREATE INDEX vehicle_identity_shred_key_idx ON vehicle_identity (shred_key);
CREATE INDEX holder_shred_key_idx ON holder (shred_key);
CREATE INDEX class_key_shred_key_idx ON class_key (shred_key);

-- +goose Down
DROP INDEX class_key_shred_key_idx, holder_shred_key_idx, vehicle_identity_shred_key_idx;
