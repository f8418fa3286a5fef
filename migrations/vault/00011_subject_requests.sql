-- What data subjects asked for, and what was erased. None of these rows holds personal data: the holder and the vehicle are handles,
-- which lead to nobody once the rows that they name are gone.

-- +goose Up

CREATE TABLE subject_request (
    id          uuid        NOT NULL,
    member      text        NOT NULL,
    kind        text        NOT NULL,
    state       text        NOT NULL,
    scope       text        NOT NULL,
    holder_id   uuid        NOT NULL, -- outlives the holder's row
    vehicle_id  uuid        NOT NULL,
    opened_by   text        NOT NULL,
    handled_by  text        NOT NULL DEFAULT '',
    received_at timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    extension   text        NOT NULL DEFAULT '',
    refusal     text        NOT NULL DEFAULT '',
    ended_at    timestamptz,
    CONSTRAINT subject_request_pkey PRIMARY KEY (id),
    CONSTRAINT subject_request_vehicle_fkey FOREIGN KEY (vehicle_id) REFERENCES vehicle (id),
    CONSTRAINT subject_request_kind_check CHECK (kind IN ('access', 'rectification', 'restriction', 'objection', 'erasure')),
    CONSTRAINT subject_request_state_check CHECK (state IN ('open', 'under_way', 'completed', 'refused')),
    CONSTRAINT subject_request_scope_check CHECK (scope IN ('holder', 'vehicle')),
    CONSTRAINT subject_request_due_check CHECK (due_at > received_at),
    CONSTRAINT subject_request_end_check CHECK ((ended_at IS NOT NULL) = (state IN ('completed', 'refused'))),
    CONSTRAINT subject_request_refusal_check CHECK ((refusal <> '') = (state = 'refused')),
    CONSTRAINT subject_request_under_way_check CHECK (state <> 'under_way' OR kind = 'erasure')
);
CREATE INDEX subject_request_due_idx ON subject_request (member, due_at, id);
CREATE INDEX subject_request_open_idx ON subject_request (due_at) WHERE ended_at IS NULL;

-- What an erasure deleted: the names of the keys that are then destroyed, which name nothing any more, and what each store said.
CREATE TABLE erasure (
    request_id  uuid        NOT NULL,
    shred_keys  uuid[]      NOT NULL,
    receipts    jsonb       NOT NULL,
    erased_at   timestamptz NOT NULL DEFAULT now(),
    certificate bytea,                -- signed once the keys are destroyed
    CONSTRAINT erasure_pkey PRIMARY KEY (request_id),
    CONSTRAINT erasure_request_fkey FOREIGN KEY (request_id) REFERENCES subject_request (id)
);

ALTER TABLE subject_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
CREATE POLICY subject_request_of_member ON subject_request FOR SELECT TO vault_reader USING (member = current_setting('pcc.tenant', true));
CREATE POLICY erasure_of_member ON erasure FOR SELECT TO vault_reader
    USING (EXISTS (SELECT FROM subject_request r WHERE r.id = request_id AND r.member = current_setting('pcc.tenant', true)));
GRANT SELECT ON subject_request, erasure TO vault_reader;

-- +goose Down
DROP TABLE erasure, subject_request;
