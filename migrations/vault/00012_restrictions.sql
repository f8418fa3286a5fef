-- Data that are stored and not processed, and keys that are to be destroyed.

-- +goose Up

-- One row a granted request, for ever: when processing was restricted, and when no longer.
CREATE TABLE restriction (
    request_id    uuid        NOT NULL,
    scope         text        NOT NULL,
    holder_id     uuid        NOT NULL,
    vehicle_id    uuid        NOT NULL,
    restricted_at timestamptz NOT NULL DEFAULT now(),
    lifted_at     timestamptz,
    CONSTRAINT restriction_pkey PRIMARY KEY (request_id),
    CONSTRAINT restriction_request_fkey FOREIGN KEY (request_id) REFERENCES subject_request (id),
    CONSTRAINT restriction_scope_check CHECK (scope IN ('holder', 'vehicle')),
    CONSTRAINT restriction_order_check CHECK (lifted_at >= restricted_at)
);
CREATE INDEX restriction_vehicle_idx ON restriction (vehicle_id) WHERE lifted_at IS NULL;
CREATE INDEX restriction_holder_idx ON restriction (holder_id) WHERE lifted_at IS NULL;

-- Names of keys whose rows are gone or sealed anew. They commit with that, and are deleted once the keys are destroyed.
CREATE TABLE doomed_key (
    shred_key uuid        NOT NULL,
    doomed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT doomed_key_pkey PRIMARY KEY (shred_key)
);

-- Who read a holder is told to the holder.
CREATE INDEX audit_object_idx ON audit (object, id);

-- +goose Down
DROP INDEX audit_object_idx;
DROP TABLE doomed_key, restriction;
