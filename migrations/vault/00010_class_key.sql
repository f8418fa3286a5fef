-- The vault's half of the keys of confidential fields: random, one for each class of events in one ownership period of a vehicle.
-- The other half is the trustees'. An erasure deletes the rows of a vehicle and destroys their keys.

-- +goose Up
CREATE TABLE class_key (
    policy     text   NOT NULL, -- id of the ownership period's policy, random
    class      text   NOT NULL, -- of events
    vehicle_id uuid   NOT NULL,
    ciphertext bytea  NOT NULL,
    key_id     bigint NOT NULL,
    shred_key  uuid   NOT NULL,
    CONSTRAINT class_key_pkey PRIMARY KEY (policy, class),
    CONSTRAINT class_key_vehicle_fkey FOREIGN KEY (vehicle_id) REFERENCES vehicle (id)
);
CREATE INDEX class_key_vehicle_idx ON class_key (vehicle_id);

-- +goose Down
DROP TABLE class_key;
