-- Transfers that are not of a read: those in two phases, and those that two people reverse.

-- +goose Up
CREATE TABLE pending_transfer (
    -- Of the transfer of the first phase.
    id          uuid        NOT NULL,
    state       text        NOT NULL,
    -- [{"from": account, "to": account, "amount": ten-thousandths}]
    legs        jsonb       NOT NULL,
    description text        NOT NULL,
    expires_at  timestamptz NOT NULL,
    CONSTRAINT pending_transfer_pkey PRIMARY KEY (id),
    CONSTRAINT pending_transfer_transfer FOREIGN KEY (id) REFERENCES transfer,
    CONSTRAINT pending_transfer_state CHECK (state IN ('pending', 'posted', 'voided', 'expired')),
    CONSTRAINT pending_transfer_legs CHECK (jsonb_array_length(legs) > 0)
);
CREATE INDEX pending_transfer_open ON pending_transfer (expires_at) WHERE state = 'pending';

CREATE TABLE reversal (
    transfer    uuid        NOT NULL,
    cause       text        NOT NULL,
    proposed_by text        NOT NULL,
    -- Empty until a second person agrees, and the opposite is made.
    approved_by text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reversal_pkey PRIMARY KEY (transfer),
    CONSTRAINT reversal_transfer FOREIGN KEY (transfer) REFERENCES transfer,
    CONSTRAINT reversal_second_person CHECK (approved_by <> proposed_by)
);

-- What a transfer posts on accounts of the member that asks: it sees of others that there are some, not which.
-- +goose StatementBegin
CREATE FUNCTION own_postings(transfer uuid) RETURNS TABLE (account text, amount bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT u.account, u.amount FROM transfer t, unnest(t.accounts, t.amounts) u (account, amount)
    WHERE t.id = own_postings.transfer AND starts_with(u.account, 'member:' || current_setting('pcc.tenant', true) || ':')
    ORDER BY 1
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION own_postings;
DROP TABLE reversal, pending_transfer;
