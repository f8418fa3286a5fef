-- The vault's tables: the only ones with personal data, in a database of their own. VINs and holders stand here encrypted;
-- every other column says nothing about a person or a car.

-- +goose Up

-- A vehicle is the handle of a VIN. It is never deleted: after an erasure its tag alone remains, so that a VIN that comes
-- back gets the handle it had, and nothing else is known of it.
CREATE TABLE vehicle (
    id         uuid        NOT NULL,
    tag        bytea       NOT NULL, -- the VIN's VOPRF output
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT vehicle_pkey PRIMARY KEY (id),
    CONSTRAINT vehicle_tag_key UNIQUE (tag),
    CONSTRAINT vehicle_tag_length CHECK (octet_length(tag) = 64)
);

-- The VIN itself, apart from its handle so that an erasure is the deletion of one row.
CREATE TABLE vehicle_identity (
    vehicle_id uuid   NOT NULL,
    ciphertext bytea  NOT NULL,
    key_id     bigint NOT NULL, -- the data key, so that a rotation finds what to encrypt anew
    CONSTRAINT vehicle_identity_pkey PRIMARY KEY (vehicle_id),
    CONSTRAINT vehicle_identity_vehicle_fkey FOREIGN KEY (vehicle_id) REFERENCES vehicle (id)
);

-- A person who holds a vehicle, as one member knows them.
CREATE TABLE holder (
    id         uuid        NOT NULL,
    member     text        NOT NULL,
    vehicle_id uuid        NOT NULL,
    ciphertext bytea       NOT NULL,
    key_id     bigint      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT holder_pkey PRIMARY KEY (id),
    CONSTRAINT holder_vehicle_fkey FOREIGN KEY (vehicle_id) REFERENCES vehicle (id)
);
CREATE INDEX holder_vehicle_idx ON holder (vehicle_id);

-- Holders are read by a role that sees the rows of one member only.
ALTER TABLE holder ENABLE ROW LEVEL SECURITY;
CREATE POLICY holder_of_member ON holder FOR SELECT TO vault_reader USING (member = current_setting('pcc.tenant', true));
GRANT USAGE ON SCHEMA vault TO vault_reader;
GRANT SELECT ON holder TO vault_reader;

-- +goose Down
DROP TABLE holder, vehicle_identity, vehicle;
