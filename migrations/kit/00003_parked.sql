-- +goose Up

-- Messages whose effect failed again and again, taken out of the way of the others. They are tried again from here, ever more
-- seldom, and deleted in the transaction of their effect (internal/messaging). The log says why each failed.
CREATE TABLE parked_message (
    consumer   text        NOT NULL,
    message_id text        NOT NULL,
    payload    bytea       NOT NULL,
    failures   integer     NOT NULL DEFAULT 0, -- since it was parked
    parked_at  timestamptz NOT NULL DEFAULT now(),
    retry_at   timestamptz NOT NULL,
    CONSTRAINT parked_message_pkey PRIMARY KEY (consumer, message_id)
);

-- +goose Down
DROP TABLE parked_message;
