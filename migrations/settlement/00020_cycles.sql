-- Cycles: what was posted between two moments, at most a day, sealed for ever; then closed with the balances at its end. Amounts
-- are ten-thousandths of a token.

-- +goose Up

-- A row seals a cycle: nothing is posted before its end any more.
CREATE TABLE cycle (
    number     bigint      NOT NULL,
    start_time timestamptz NOT NULL,
    end_time   timestamptz NOT NULL,
    CONSTRAINT cycle_pkey PRIMARY KEY (number),
    CONSTRAINT cycle_number CHECK (number > 0),
    CONSTRAINT cycle_within_a_day CHECK (
        start_time < end_time AND end_time AT TIME ZONE 'UTC' <= date_trunc('day', start_time AT TIME ZONE 'UTC') + interval '1 day')
);
CREATE TRIGGER cycle_append_only BEFORE UPDATE OR DELETE ON cycle FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cycle_no_truncate BEFORE TRUNCATE ON cycle FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose StatementBegin
CREATE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last cycle;
BEGIN
    SELECT * INTO last FROM cycle ORDER BY number DESC LIMIT 1;
    IF NEW.end_time > clock_timestamp() OR FOUND AND (NEW.number <> last.number + 1 OR NEW.start_time <> last.end_time) THEN
        RAISE EXCEPTION 'cycle % does not follow the last one, or has not ended', NEW.number
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cycle_follows';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER cycle_follows BEFORE INSERT ON cycle FOR EACH ROW EXECUTE FUNCTION refuse_gap();

-- cycle_time keeps the open cycle open until the transaction ends, and returns the present, which is in it. Whoever posts takes its
-- time here, after it has locked its accounts: so every account's postings are in the order of their times.
-- +goose StatementBegin
CREATE FUNCTION cycle_time() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '/cycle', 0));
    RETURN clock_timestamp();
END $$;
-- +goose StatementEnd

-- lock_cycle waits for all who post, keeps others from it until the transaction ends, and returns the present.
-- +goose StatementBegin
CREATE FUNCTION lock_cycle() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || '/cycle', 0));
    RETURN clock_timestamp();
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION refuse_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM cycle_time();
    IF EXISTS (SELECT FROM added WHERE created_at < (SELECT max(end_time) FROM cycle)) THEN
        RAISE EXCEPTION 'the cycle of a % is sealed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cycle_open';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- value_time is when what the transfer is about happened, if that was before: such as the day on which the bank booked it.
ALTER TABLE transfer ADD COLUMN value_time timestamptz;
GRANT SELECT (value_time) ON transfer TO settlement_reader;
CREATE TRIGGER transfer_cycle_open AFTER INSERT ON transfer REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_sealed();
CREATE TRIGGER bank_statement_cycle_open AFTER INSERT ON bank_statement REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_sealed();
-- Transfers are inserted in the order of their times, or nearly.
CREATE INDEX transfer_created ON transfer USING brin (created_at) WITH (pages_per_range = 16, autosummarize = on);

-- A row closes a sealed cycle. Its balances and totals were inserted before it, and none are after it.
CREATE TABLE cycle_close (
    cycle       bigint      NOT NULL,
    closed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Key and root of the sum tree over all balances that are not negative; total is their sum.
    tree_key    bytea       NOT NULL,
    root        bytea       NOT NULL,
    total       bigint      NOT NULL,
    -- What covers it: closing balance of the last bank statement (its id), receipts that none has shown, and credit drawn.
    reserve     bigint      NOT NULL,
    statement   text        NOT NULL,
    unconfirmed bigint      NOT NULL,
    credit      bigint      NOT NULL,
    -- The leaf in the journal, and the size of its stream before.
    leaf        bytea       NOT NULL,
    journaled_after bigint  NOT NULL,
    CONSTRAINT cycle_close_pkey PRIMARY KEY (cycle),
    CONSTRAINT cycle_close_cycle FOREIGN KEY (cycle) REFERENCES cycle,
    CONSTRAINT cycle_close_hashes CHECK (octet_length(tree_key) = 32 AND octet_length(root) = 32),
    CONSTRAINT cycle_close_amounts CHECK (total >= 0 AND unconfirmed >= 0 AND credit >= 0 AND journaled_after >= 0)
);
CREATE TRIGGER cycle_close_append_only BEFORE UPDATE OR DELETE ON cycle_close FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cycle_close_no_truncate BEFORE TRUNCATE ON cycle_close FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- There is no foreign key to account: it would lock every account, in no order, while others post.
CREATE TABLE cycle_balance (
    cycle    bigint NOT NULL,
    account  text COLLATE "C" NOT NULL,
    member   text COLLATE "C",
    balance  bigint NOT NULL,
    -- Number of postings on the account until the end of the cycle.
    postings bigint NOT NULL,
    CONSTRAINT cycle_balance_pkey PRIMARY KEY (cycle, account),
    CONSTRAINT cycle_balance_cycle FOREIGN KEY (cycle) REFERENCES cycle
);

-- What each party received and paid by kind of transfer. A party is a member, whose own accounts are netted, or an account of the
-- platform.
CREATE TABLE cycle_net (
    cycle     bigint NOT NULL,
    party     text COLLATE "C" NOT NULL,
    member    text COLLATE "C",
    kind      text   NOT NULL,
    received  bigint NOT NULL,
    paid      bigint NOT NULL,
    transfers bigint NOT NULL,
    CONSTRAINT cycle_net_pkey PRIMARY KEY (cycle, party, kind),
    CONSTRAINT cycle_net_cycle FOREIGN KEY (cycle) REFERENCES cycle,
    CONSTRAINT cycle_net_amounts CHECK (received >= 0 AND paid >= 0 AND received + paid > 0 AND transfers > 0)
);

-- +goose StatementBegin
CREATE FUNCTION refuse_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cycle_close c WHERE c.cycle IN (SELECT cycle FROM added)) THEN
        RAISE EXCEPTION 'the cycle of a % is closed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'cycle_closed';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER cycle_balance_closed AFTER INSERT ON cycle_balance REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed();
CREATE TRIGGER cycle_balance_append_only BEFORE UPDATE OR DELETE ON cycle_balance FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cycle_balance_no_truncate BEFORE TRUNCATE ON cycle_balance FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cycle_net_closed AFTER INSERT ON cycle_net REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed();
CREATE TRIGGER cycle_net_append_only BEFORE UPDATE OR DELETE ON cycle_net FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cycle_net_no_truncate BEFORE TRUNCATE ON cycle_net FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE cycle_balance ENABLE ROW LEVEL SECURITY;
ALTER TABLE cycle_net ENABLE ROW LEVEL SECURITY;
CREATE POLICY cycle_balance_of_member ON cycle_balance FOR SELECT TO settlement_reader
    USING (member = current_setting('pcc.tenant', true));
CREATE POLICY cycle_net_of_member ON cycle_net FOR SELECT TO settlement_reader
    USING (member = current_setting('pcc.tenant', true));
GRANT SELECT ON cycle_balance, cycle_net TO settlement_reader;

-- +goose Down
DROP TABLE cycle_net, cycle_balance, cycle_close;
DROP FUNCTION refuse_closed;
DROP INDEX transfer_created;
DROP TRIGGER bank_statement_cycle_open ON bank_statement;
DROP TRIGGER transfer_cycle_open ON transfer;
ALTER TABLE transfer DROP COLUMN value_time;
DROP TABLE cycle;
DROP FUNCTION refuse_sealed, lock_cycle, cycle_time, refuse_gap;
