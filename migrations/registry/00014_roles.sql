-- Who of a member's principals has which role. The permission model (Keto) follows this table, which therefore says what it
-- should hold after any failure.

-- +goose Up

CREATE TABLE role_grant (
    member     text        NOT NULL,
    name       text        NOT NULL, -- the principal's, without its member
    role       text        NOT NULL,
    granted_by text        NOT NULL, -- empty for what the admission granted
    granted_at timestamptz NOT NULL,
    CONSTRAINT role_grant_pkey PRIMARY KEY (member, name, role),
    CONSTRAINT role_grant_member_fkey FOREIGN KEY (member) REFERENCES member (id),
    CONSTRAINT role_grant_role_check CHECK (role IN ('administrator', 'contributor', 'reader', 'registrar', 'accountant'))
);

-- +goose Down
DROP TABLE role_grant;
