-- The peg to the euro: payouts, the bank's statements, and receipts that two people record.

-- +goose Up
ALTER TABLE account DROP CONSTRAINT account_owner;
ALTER TABLE account ADD CONSTRAINT account_owner CHECK (
    CASE WHEN member IS NULL THEN id IN ('bank:eur', 'pool:holder', 'pool:infrastructure', 'suspense:payout', 'suspense:receipt')
         ELSE id IN ('member:' || member || ':available', 'member:' || member || ':held') END);
INSERT INTO account (id) VALUES ('suspense:payout'), ('suspense:receipt');

ALTER TABLE transfer DROP CONSTRAINT transfer_kind;
ALTER TABLE transfer ADD CONSTRAINT transfer_kind
    CHECK (kind IN ('mint', 'hold', 'capture', 'void', 'assign', 'payout', 'burn', 'payout_return'));

-- What the first of two people said of a receipt.
CREATE TABLE receipt_proposal (
    bank_reference text        NOT NULL,
    member         text COLLATE "C" NOT NULL,
    amount         bigint      NOT NULL,
    proposed_by    text        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT receipt_proposal_pkey PRIMARY KEY (bank_reference),
    CONSTRAINT receipt_proposal_amount CHECK (amount > 0)
);
CREATE TRIGGER receipt_proposal_append_only BEFORE UPDATE OR DELETE ON receipt_proposal FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Messages that the bank was asked to pay by.
CREATE TABLE payout_batch (
    id         uuid        NOT NULL,
    document   bytea       NOT NULL,
    payments   integer     NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT payout_batch_pkey PRIMARY KEY (id),
    CONSTRAINT payout_batch_payments CHECK (payments > 0)
);
CREATE TRIGGER payout_batch_append_only BEFORE UPDATE OR DELETE ON payout_batch FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE payout (
    id            uuid        NOT NULL,
    -- Numbers the payouts in the order of their requests.
    seq           bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- Who is paid out, and the tenant of row-level security.
    member        text COLLATE "C" NOT NULL,
    amount        bigint      NOT NULL,
    creditor_name text        NOT NULL,
    creditor_iban text        NOT NULL,
    creditor_bic  text        NOT NULL,
    state         text        NOT NULL,
    requested_by  text        NOT NULL,
    approved_by   text        NOT NULL DEFAULT '',
    batch         uuid,
    request_hash  bytea       NOT NULL,
    created_at    timestamptz NOT NULL,
    CONSTRAINT payout_pkey PRIMARY KEY (id),
    CONSTRAINT payout_seq UNIQUE (seq),
    CONSTRAINT payout_batch FOREIGN KEY (batch) REFERENCES payout_batch,
    CONSTRAINT payout_state CHECK (state IN ('requested', 'cancelled', 'exported', 'rejected', 'paid', 'returned')),
    CONSTRAINT payout_whole_cents CHECK (amount > 0 AND amount % 100 = 0),
    CONSTRAINT payout_second_person CHECK (approved_by <> requested_by),
    CONSTRAINT payout_exported CHECK ((batch IS NULL) = (state IN ('requested', 'cancelled'))),
    CONSTRAINT payout_request_hash CHECK (octet_length(request_hash) = 32)
);
CREATE INDEX payout_requested ON payout (seq) WHERE state = 'requested';
CREATE INDEX payout_member ON payout (member, seq);

CREATE TABLE bank_statement (
    id         text        NOT NULL,
    seq        bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    opening    bigint      NOT NULL,
    closing    bigint      NOT NULL,
    hash       bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT bank_statement_pkey PRIMARY KEY (id),
    CONSTRAINT bank_statement_seq UNIQUE (seq),
    CONSTRAINT bank_statement_hash CHECK (octet_length(hash) = 32)
);
CREATE TRIGGER bank_statement_append_only BEFORE UPDATE OR DELETE ON bank_statement FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE bank_entry (
    reference text    NOT NULL,
    statement text    NOT NULL,
    position  integer NOT NULL,
    amount    bigint  NOT NULL,
    outcome   text    NOT NULL,
    member    text COLLATE "C" NOT NULL,
    payout    uuid,
    CONSTRAINT bank_entry_pkey PRIMARY KEY (reference),
    CONSTRAINT bank_entry_position UNIQUE (statement, position),
    CONSTRAINT bank_entry_statement FOREIGN KEY (statement) REFERENCES bank_statement,
    CONSTRAINT bank_entry_payout FOREIGN KEY (payout) REFERENCES payout,
    CONSTRAINT bank_entry_outcome CHECK (outcome IN ('credited', 'confirmed', 'suspended', 'paid', 'returned', 'unexplained'))
);
CREATE TRIGGER bank_entry_append_only BEFORE UPDATE OR DELETE ON bank_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE payout ENABLE ROW LEVEL SECURITY;
CREATE POLICY payout_of_member ON payout FOR SELECT TO settlement_reader
    USING (member = current_setting('pcc.tenant', true));
GRANT SELECT ON payout TO settlement_reader;

-- +goose Down
DROP TABLE bank_entry, bank_statement, payout, payout_batch, receipt_proposal;
ALTER TABLE transfer DROP CONSTRAINT transfer_kind;
ALTER TABLE transfer ADD CONSTRAINT transfer_kind CHECK (kind IN ('mint', 'hold', 'capture', 'void'));
DELETE FROM account WHERE id IN ('suspense:payout', 'suspense:receipt');
ALTER TABLE account DROP CONSTRAINT account_owner;
ALTER TABLE account ADD CONSTRAINT account_owner CHECK (
    CASE WHEN member IS NULL THEN id IN ('bank:eur', 'pool:holder', 'pool:infrastructure')
         ELSE id IN ('member:' || member || ':available', 'member:' || member || ':held') END);
