-- Passwords of devices that were issued, without the passwords: what can be withdrawn, and who is answerable for it.

-- +goose Up

CREATE TABLE device_token (
    id           text        NOT NULL, -- the broker's user
    member       text        NOT NULL,
    passport     uuid        NOT NULL,
    display_name text        NOT NULL,
    issued_by    text        NOT NULL,
    issued_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_by   text        NOT NULL DEFAULT '',
    revoked_at   timestamptz,
    CONSTRAINT device_token_pkey PRIMARY KEY (id),
    CONSTRAINT device_token_member_fkey FOREIGN KEY (member) REFERENCES member (id),
    CONSTRAINT device_token_passport_fkey FOREIGN KEY (passport) REFERENCES passport (id),
    CONSTRAINT device_token_revoked_check CHECK ((revoked_at IS NULL) = (revoked_by = ''))
);
CREATE INDEX device_token_list_idx ON device_token (member, issued_at, id);
CREATE INDEX device_token_passport_idx ON device_token (passport, member, issued_at, id);
CREATE INDEX device_token_revoked_idx ON device_token (member, expires_at) WHERE revoked_at IS NOT NULL;

-- +goose Down
DROP TABLE device_token;
