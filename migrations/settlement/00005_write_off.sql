-- Unexplained entries of bank statements that two people book on the platform itself.

-- +goose Up
ALTER TABLE transfer DROP CONSTRAINT transfer_kind;
ALTER TABLE transfer ADD CONSTRAINT transfer_kind
    CHECK (kind IN ('mint', 'hold', 'capture', 'void', 'assign', 'payout', 'burn', 'payout_return', 'write_off'));

CREATE TABLE write_off (
    reference   text        NOT NULL,
    -- What is booked: positive is received.
    amount      bigint      NOT NULL,
    proposed_by text        NOT NULL,
    -- Empty until a second person agrees, and the transfer is made.
    approved_by text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT write_off_pkey PRIMARY KEY (reference),
    CONSTRAINT write_off_entry FOREIGN KEY (reference) REFERENCES bank_entry,
    CONSTRAINT write_off_amount CHECK (amount <> 0),
    CONSTRAINT write_off_second_person CHECK (approved_by <> proposed_by)
);

-- +goose Down
DROP TABLE write_off;
ALTER TABLE transfer DROP CONSTRAINT transfer_kind;
ALTER TABLE transfer ADD CONSTRAINT transfer_kind
    CHECK (kind IN ('mint', 'hold', 'capture', 'void', 'assign', 'payout', 'burn', 'payout_return'));
