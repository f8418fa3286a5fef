-- Passports whose holders' identities the vault erased, for members to follow in their own systems; and who may ask for it.

-- +goose Up

CREATE TABLE erasure_notice (
    id        bigint GENERATED ALWAYS AS IDENTITY,
    passport  uuid        NOT NULL,
    erased_at timestamptz NOT NULL,
    CONSTRAINT erasure_notice_pkey PRIMARY KEY (id),
    CONSTRAINT erasure_notice_passport_fkey FOREIGN KEY (passport) REFERENCES passport (id)
);
CREATE INDEX erasure_notice_passport_idx ON erasure_notice (passport);

ALTER TABLE role_grant
    DROP CONSTRAINT role_grant_role_check,
    ADD CONSTRAINT role_grant_role_check
        CHECK (role IN ('administrator', 'contributor', 'reader', 'registrar', 'accountant', 'data_protection_officer'));

-- +goose Down
ALTER TABLE role_grant
    DROP CONSTRAINT role_grant_role_check,
    ADD CONSTRAINT role_grant_role_check CHECK (role IN ('administrator', 'contributor', 'reader', 'registrar', 'accountant')) NOT VALID;
DROP TABLE erasure_notice;
