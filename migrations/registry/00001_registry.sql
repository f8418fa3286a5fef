-- The members' directory and the catalogue of passports. Ids of members stand without their collection's prefix.

-- +goose Up

CREATE TABLE member (
    id              text        NOT NULL,
    display_name    text        NOT NULL,
    class           text        NOT NULL,
    msp_id          text        NOT NULL,
    ca_certificates text        NOT NULL,
    administrators  text[]      NOT NULL,
    created_at      timestamptz NOT NULL,
    CONSTRAINT member_pkey PRIMARY KEY (id),
    CONSTRAINT member_msp_id_key UNIQUE (msp_id),
    CONSTRAINT member_id_check CHECK (id NOT IN ('service', 'platform', 'system')),
    CONSTRAINT member_class_check CHECK (class IN
        ('maker', 'insurer', 'garage', 'inspection_centre', 'dealer', 'fleet', 'authority'))
);

-- The keys of a member's certificate authorities. A key speaks for one member only: a certificate under a key of two
-- members would name two principals.
CREATE TABLE member_authority (
    key_hash bytea NOT NULL,
    member   text  NOT NULL,
    CONSTRAINT member_authority_pkey PRIMARY KEY (key_hash),
    CONSTRAINT member_authority_member_fkey FOREIGN KEY (member) REFERENCES member (id)
);

CREATE TABLE admission_step (
    member       text        NOT NULL,
    step         text        NOT NULL,
    completed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT admission_step_pkey PRIMARY KEY (member, step),
    CONSTRAINT admission_step_member_fkey FOREIGN KEY (member) REFERENCES member (id),
    CONSTRAINT admission_step_step_check CHECK (step IN
        ('directory', 'relations', 'messaging_account', 'settlement_accounts', 'chain_directory'))
);

CREATE TABLE passport (
    id                uuid        NOT NULL DEFAULT gen_random_uuid(),
    revision          bigint      NOT NULL DEFAULT 1,
    vehicle           uuid        NOT NULL,
    make              text        NOT NULL,
    model             text        NOT NULL,
    variant           text        NOT NULL,
    first_date        text        NOT NULL,
    colour            text        NOT NULL,
    energy            text        NOT NULL,
    power_watts       bigint      NOT NULL,
    life_cycle        text        NOT NULL,
    ownership_periods integer     NOT NULL DEFAULT 1,
    enrolled_by       text        NOT NULL,
    updated_by        text        NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    CONSTRAINT passport_pkey PRIMARY KEY (id),
    CONSTRAINT passport_vehicle_key UNIQUE (vehicle),
    CONSTRAINT passport_enrolled_by_fkey FOREIGN KEY (enrolled_by) REFERENCES member (id),
    CONSTRAINT passport_life_cycle_check CHECK (life_cycle IN
        ('manufactured', 'registered', 'active', 'stolen', 'exported', 'total_loss', 'dismantled'))
);
CREATE INDEX passport_enrolled_by_idx ON passport (enrolled_by, created_at, id);

-- Every state that a passport ever had, its present one included. The columns are those of passport, in the same order:
-- a migration that changes one table changes both.
CREATE TABLE passport_revision (
    id                uuid        NOT NULL,
    revision          bigint      NOT NULL,
    vehicle           uuid        NOT NULL,
    make              text        NOT NULL,
    model             text        NOT NULL,
    variant           text        NOT NULL,
    first_date        text        NOT NULL,
    colour            text        NOT NULL,
    energy            text        NOT NULL,
    power_watts       bigint      NOT NULL,
    life_cycle        text        NOT NULL,
    ownership_periods integer     NOT NULL,
    enrolled_by       text        NOT NULL,
    updated_by        text        NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    CONSTRAINT passport_revision_pkey PRIMARY KEY (id, revision)
);

-- The database keeps the revisions, so that no statement can forget one; an update that does not raise the revision
-- fails on the primary key.
-- +goose StatementBegin
CREATE FUNCTION keep_passport_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO passport_revision SELECT * FROM changed;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER passport_keep_inserted AFTER INSERT ON passport
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_passport_revision();
CREATE TRIGGER passport_keep_updated AFTER UPDATE ON passport
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_passport_revision();
CREATE TRIGGER passport_revision_append_only BEFORE UPDATE OR DELETE ON passport_revision
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Steps of the life cycle; revision is the one that the step made.
CREATE TABLE passport_transition (
    passport   uuid        NOT NULL,
    revision   bigint      NOT NULL,
    from_state text        NOT NULL,
    to_state   text        NOT NULL,
    member     text        NOT NULL,
    reason     text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT passport_transition_pkey PRIMARY KEY (passport, revision),
    CONSTRAINT passport_transition_passport_fkey FOREIGN KEY (passport, revision) REFERENCES passport_revision (id, revision)
);
CREATE TRIGGER passport_transition_append_only BEFORE UPDATE OR DELETE ON passport_transition
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Times between two changes of holder. Who held the vehicle is known to the vault only.
CREATE TABLE ownership_period (
    passport   uuid        NOT NULL,
    number     integer     NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    CONSTRAINT ownership_period_pkey PRIMARY KEY (passport, number),
    CONSTRAINT ownership_period_passport_fkey FOREIGN KEY (passport) REFERENCES passport (id),
    CONSTRAINT ownership_period_number_check CHECK (number >= 1),
    CONSTRAINT ownership_period_order_check CHECK (ended_at >= started_at)
);
CREATE UNIQUE INDEX ownership_period_running_key ON ownership_period (passport) WHERE ended_at IS NULL;

CREATE TABLE ownership_transfer (
    id          uuid        NOT NULL DEFAULT gen_random_uuid(),
    passport    uuid        NOT NULL,
    state       text        NOT NULL,
    code_hash   bytea       NOT NULL,
    attempts    integer     NOT NULL DEFAULT 0,
    proposed_by text        NOT NULL,
    accepted_by text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    CONSTRAINT ownership_transfer_pkey PRIMARY KEY (id),
    CONSTRAINT ownership_transfer_passport_fkey FOREIGN KEY (passport) REFERENCES passport (id),
    CONSTRAINT ownership_transfer_state_check CHECK (state IN ('proposed', 'accepted', 'expired')),
    CONSTRAINT ownership_transfer_code_hash_check CHECK (octet_length(code_hash) = 32)
);
CREATE UNIQUE INDEX ownership_transfer_open_key ON ownership_transfer (passport) WHERE state = 'proposed';

-- +goose Down
DROP TABLE ownership_transfer, ownership_period, passport_transition, passport_revision, passport, admission_step,
    member_authority, member;
DROP FUNCTION keep_passport_revision;
