-- Consents of holders, as their keys signed them. The text is sealed, since the key in it is a person's.

-- +goose Up
CREATE TABLE consent (
    id           uuid        NOT NULL,
    member       text        NOT NULL,
    holder_id    uuid        NOT NULL,
    vehicle_id   uuid        NOT NULL,
    hash         bytea       NOT NULL, -- of the text, which holds a random nonce
    ciphertext   bytea       NOT NULL,
    key_id       bigint      NOT NULL,
    shred_key    uuid        NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT consent_pkey PRIMARY KEY (id),
    CONSTRAINT consent_hash_key UNIQUE (hash),
    CONSTRAINT consent_hash_length CHECK (octet_length(hash) = 32),
    CONSTRAINT consent_vehicle_fkey FOREIGN KEY (vehicle_id) REFERENCES vehicle (id)
);
CREATE INDEX consent_holder_idx ON consent (holder_id);
CREATE INDEX consent_vehicle_idx ON consent (vehicle_id);
CREATE INDEX consent_shred_key_idx ON consent (shred_key);
ALTER TABLE consent ENABLE ROW LEVEL SECURITY;
CREATE POLICY consent_of_member ON consent FOR SELECT TO vault_reader USING (member = current_setting('pcc.tenant', true));
GRANT SELECT ON consent TO vault_reader;

-- +goose Down
DROP TABLE consent;
