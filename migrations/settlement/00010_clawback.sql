-- Events that were refuted, and the versions of reads without them.

-- +goose Up
CREATE TABLE refutation (
    event       uuid        NOT NULL,
    passport    uuid        NOT NULL,
    member      text COLLATE "C" NOT NULL,
    field       text        NOT NULL,
    -- The member's other answers: [{"from": time, "quality": index}], ascending.
    remaining   jsonb       NOT NULL,
    refuted_at  timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    -- All reads that it concerns are divided anew.
    finished    boolean     NOT NULL DEFAULT false,
    CONSTRAINT refutation_pkey PRIMARY KEY (event)
);
CREATE INDEX refutation_open ON refutation (received_at) WHERE NOT finished;

CREATE INDEX read_captured ON read (passport, id) WHERE state = 'captured';
CREATE INDEX read_held_passport ON read (passport, created_at) WHERE state = 'held';

CREATE TABLE read_revision (
    read        uuid        NOT NULL,
    version     integer     NOT NULL,
    -- Payer of the read, and the tenant of row-level security.
    member      text COLLATE "C" NOT NULL,
    event       uuid        NOT NULL,
    -- What counts from now on as a member's contribution to a field.
    contributor text COLLATE "C" NOT NULL,
    field       text        NOT NULL,
    quality     integer     NOT NULL,
    shares      jsonb       NOT NULL,
    -- Members that have to give something back.
    losers      text[] COLLATE "C" NOT NULL,
    created_at  timestamptz NOT NULL,
    -- When it was last tried; null once it is settled.
    tried_at    timestamptz,
    settled_at  timestamptz,
    CONSTRAINT read_revision_pkey PRIMARY KEY (read, version),
    CONSTRAINT read_revision_event UNIQUE (read, event),
    CONSTRAINT read_revision_read FOREIGN KEY (read) REFERENCES read,
    CONSTRAINT read_revision_refutation FOREIGN KEY (event) REFERENCES refutation,
    CONSTRAINT read_revision_version CHECK (version > 0),
    CONSTRAINT read_revision_quality CHECK (quality BETWEEN 0 AND 100),
    CONSTRAINT read_revision_state CHECK ((tried_at IS NULL) = (settled_at IS NOT NULL))
);
CREATE INDEX read_revision_due ON read_revision (tried_at) WHERE settled_at IS NULL;
CREATE INDEX read_revision_losers ON read_revision USING gin (losers) WHERE settled_at IS NULL;

ALTER TABLE read_revision ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_revision_of_member ON read_revision FOR SELECT TO settlement_reader
    USING (member = current_setting('pcc.tenant', true));
GRANT SELECT ON read_revision TO settlement_reader;

-- What others claim back from a member is withheld from what it earns, and nobody owes.
ALTER TABLE account DROP CONSTRAINT account_overdraft;
ALTER TABLE account ADD CONSTRAINT account_overdraft CHECK (
    overdraft >= 0 AND (overdraft = 0 OR id = 'bank:eur' OR member IS NOT NULL AND id = 'member:' || member || ':credit'));

-- +goose Down
ALTER TABLE account DROP CONSTRAINT account_overdraft;
ALTER TABLE account ADD CONSTRAINT account_overdraft CHECK (
    overdraft >= 0 AND (overdraft = 0 OR id = 'bank:eur' OR member IS NOT NULL AND id IN ('member:' || member || ':credit', 'member:' || member || ':claims')));
DROP TABLE read_revision, refutation;
DROP INDEX read_captured, read_held_passport;
