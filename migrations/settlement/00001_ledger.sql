-- The double-entry ledger of PCC_token. Amounts are ten-thousandths of a token. What the code promises about the books the
-- database enforces too: transfers add up to zero, only the bank's balance is negative, nothing recorded is changed.

-- +goose Up

-- Ids compare by bytes: that is the order in which accounts are locked.
CREATE TABLE account (
    id       text COLLATE "C" NOT NULL,
    -- Owner, and the tenant of row-level security; null for the platform's own accounts.
    member   text COLLATE "C",
    balance  bigint      NOT NULL DEFAULT 0,
    -- Number of postings on the account.
    postings bigint      NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT account_pkey PRIMARY KEY (id),
    CONSTRAINT account_owner CHECK (
        CASE WHEN member IS NULL THEN id IN ('bank:eur', 'pool:holder', 'pool:infrastructure')
             ELSE id IN ('member:' || member || ':available', 'member:' || member || ':held') END),
    CONSTRAINT account_not_overdrawn CHECK (balance >= 0 OR id = 'bank:eur')
);
CREATE INDEX account_member ON account (member) WHERE member IS NOT NULL;

CREATE TABLE transfer (
    id          uuid        NOT NULL,
    kind        text        NOT NULL,
    description text        NOT NULL,
    input_hash  bytea       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT transfer_pkey PRIMARY KEY (id),
    CONSTRAINT transfer_kind CHECK (kind IN ('mint', 'hold', 'capture', 'void')),
    CONSTRAINT transfer_input_hash CHECK (octet_length(input_hash) = 32)
);

CREATE TABLE posting (
    account       text COLLATE "C" NOT NULL,
    -- Numbers the account's postings from 1 without gaps.
    seq           bigint NOT NULL,
    transfer      uuid   NOT NULL,
    member        text COLLATE "C",
    amount        bigint NOT NULL,
    balance_after bigint NOT NULL,
    CONSTRAINT posting_pkey PRIMARY KEY (account, seq),
    CONSTRAINT posting_transfer_account UNIQUE (transfer, account),
    CONSTRAINT posting_account FOREIGN KEY (account) REFERENCES account,
    CONSTRAINT posting_transfer FOREIGN KEY (transfer) REFERENCES transfer,
    CONSTRAINT posting_of_something CHECK (amount <> 0),
    CONSTRAINT posting_seq CHECK (seq > 0)
);

-- +goose StatementBegin
CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    checked uuid := CASE TG_TABLE_NAME WHEN 'transfer' THEN to_jsonb(NEW) ->> 'id' ELSE to_jsonb(NEW) ->> 'transfer' END;
    total   numeric;
    n       bigint;
BEGIN
    SELECT coalesce(sum(amount), 0), count(*) INTO total, n FROM posting WHERE transfer = checked;
    IF total <> 0 OR n < 2 THEN
        RAISE EXCEPTION 'transfer % has % postings that add up to %', checked, n, total
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'transfer_balanced';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- At commit, when all postings are there. The second one catches postings added to a transfer of the past.
CREATE CONSTRAINT TRIGGER transfer_balanced AFTER INSERT ON transfer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();
CREATE CONSTRAINT TRIGGER posting_balanced AFTER INSERT ON posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();

CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_no_truncate BEFORE TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER posting_no_truncate BEFORE TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Euro receipts on the consortium's bank account, each with the transfer that minted.
CREATE TABLE receipt (
    bank_reference text        NOT NULL,
    request_id     uuid        NOT NULL,
    member         text COLLATE "C" NOT NULL,
    amount         bigint      NOT NULL,
    transfer       uuid        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT receipt_pkey PRIMARY KEY (bank_reference),
    CONSTRAINT receipt_request_id UNIQUE (request_id),
    CONSTRAINT receipt_transfer UNIQUE (transfer),
    CONSTRAINT receipt_of_transfer FOREIGN KEY (transfer) REFERENCES transfer,
    CONSTRAINT receipt_amount CHECK (amount > 0)
);
CREATE TRIGGER receipt_append_only BEFORE UPDATE OR DELETE ON receipt FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The price of a product is that with the latest date that has come.
CREATE TABLE price (
    product        text        NOT NULL,
    effective_date date        NOT NULL,
    amount         bigint      NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT price_pkey PRIMARY KEY (product, effective_date),
    CONSTRAINT price_amount CHECK (amount > 0)
);
CREATE TRIGGER price_append_only BEFORE UPDATE OR DELETE ON price FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE read (
    id            uuid        NOT NULL,
    -- Payer, and the tenant of row-level security.
    member        text COLLATE "C" NOT NULL,
    product       text        NOT NULL,
    passport      uuid        NOT NULL,
    price         bigint      NOT NULL,
    state         text        NOT NULL,
    shares        jsonb       NOT NULL DEFAULT '[]',
    split_version integer     NOT NULL DEFAULT 0,
    request_hash  bytea       NOT NULL,
    created_at    timestamptz NOT NULL,
    captured_at   timestamptz,
    CONSTRAINT read_pkey PRIMARY KEY (id),
    CONSTRAINT read_state CHECK (state IN ('held', 'captured', 'voided')),
    CONSTRAINT read_price CHECK (price > 0),
    CONSTRAINT read_request_hash CHECK (octet_length(request_hash) = 32),
    CONSTRAINT read_receipt CHECK ((state = 'captured') = (captured_at IS NOT NULL AND split_version > 0 AND jsonb_array_length(shares) > 0))
);
CREATE INDEX read_held ON read (created_at) WHERE state = 'held';

INSERT INTO account (id) VALUES ('bank:eur'), ('pool:holder'), ('pool:infrastructure');
INSERT INTO price (product, effective_date, amount) VALUES ('passport-report', '2026-01-01', 25000);

-- +goose Down
DROP TABLE read, price, receipt, posting, transfer, account;
DROP FUNCTION refuse_unbalanced;
