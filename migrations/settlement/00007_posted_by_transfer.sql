-- A transfer holds its postings; the database itself posts them. Whatever writes a transfer therefore moves the balances of its accounts, by as
-- much as it says, and nothing else adds a posting. One statement posts as many transfers as it is given, with one change an account.

-- +goose Up
DROP TRIGGER transfer_balanced ON transfer;
DROP TRIGGER posting_balanced ON posting;
DROP FUNCTION refuse_unbalanced;
DROP POLICY transfer_of_member ON transfer;
-- What these promised the trigger below does, for a fraction of what an index led by random ids costs.
ALTER TABLE posting DROP CONSTRAINT posting_transfer_account, DROP CONSTRAINT posting_account, DROP CONSTRAINT posting_transfer;

-- Every transfer changes rows of account: with room on their pages, no index is.
ALTER TABLE account SET (fillfactor = 50);

-- seq is the order in which transfers were made; accounts are sorted and differ, amounts are theirs.
ALTER TABLE transfer
    ADD COLUMN seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN accounts text[] COLLATE "C" NOT NULL,
    ADD COLUMN amounts bigint[] NOT NULL,
    -- The order that lists go by.
    ADD CONSTRAINT transfer_seq UNIQUE (seq),
    -- Which kinds there are is the code's to say.
    DROP CONSTRAINT transfer_kind,
    ADD CONSTRAINT transfer_kind CHECK (length(kind) BETWEEN 1 AND 32),
    ADD CONSTRAINT transfer_postings CHECK (cardinality(accounts) >= 2 AND cardinality(accounts) = cardinality(amounts));

-- The member's balance after the receipt, for whoever records it again.
ALTER TABLE receipt ADD COLUMN balance_after bigint NOT NULL;

-- A transfer belongs to everybody on whose account it posts.
CREATE POLICY transfer_of_member ON transfer FOR SELECT TO settlement_reader
    USING (EXISTS (SELECT FROM unnest(accounts) account WHERE starts_with(account, 'member:' || current_setting('pcc.tenant', true) || ':')));

-- The plans of post are made once a session, for whatever number of transfers comes first, and have to do for all others: without nested
-- loops, and with the accounts found by their ids, they do.
-- +goose StatementBegin
CREATE FUNCTION post() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off SET enable_mergejoin = off AS $$
DECLARE
    unbalanced text;
    expected   bigint;
    posted     bigint;
BEGIN
    SELECT min(id::text) FILTER (WHERE total <> 0), sum(postings) INTO unbalanced, expected
    FROM (SELECT t.id, cardinality(t.accounts) AS postings, (SELECT sum(amount) FROM unnest(t.amounts) amount) AS total FROM added t) t;
    IF unbalanced IS NOT NULL THEN
        RAISE EXCEPTION 'the postings of transfer % do not add up to zero', unbalanced
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'transfer_balanced';
    END IF;
    WITH p AS MATERIALIZED (
        SELECT t.seq, t.id AS transfer, u.account, u.amount FROM added t CROSS JOIN unnest(t.accounts, t.amounts) u (account, amount)
    ), moved AS (
        UPDATE account a SET balance = a.balance + m.amount, postings = a.postings + m.postings
        FROM (SELECT account, sum(amount)::bigint AS amount, count(*) AS postings FROM p GROUP BY account) m
        WHERE a.id = m.account AND a.id = ANY (ARRAY(SELECT DISTINCT account FROM p))
        RETURNING a.id, a.member, a.balance - m.amount AS balance, a.postings - m.postings AS postings
    )
    INSERT INTO posting (account, seq, transfer, member, amount, balance_after)
    SELECT m.id, m.postings + row_number() OVER w, p.transfer, m.member, p.amount, m.balance + sum(p.amount) OVER w
    FROM p JOIN moved m ON m.id = p.account
    WINDOW w AS (PARTITION BY p.account ORDER BY p.seq);
    GET DIAGNOSTICS posted = ROW_COUNT;
    IF posted <> coalesce(expected, 0) THEN
        RAISE EXCEPTION '% of % postings are on accounts that exist', posted, expected
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'posting_account';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a posting is added by its transfer'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'posting_by_transfer';
END $$;
-- +goose StatementEnd
CREATE TRIGGER transfer_posts AFTER INSERT ON transfer REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION post();
CREATE TRIGGER posting_by_transfer BEFORE INSERT ON posting
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_posting();

-- +goose Down
DROP TRIGGER posting_by_transfer ON posting;
DROP TRIGGER transfer_posts ON transfer;
DROP FUNCTION refuse_posting, post;
ALTER TABLE receipt DROP COLUMN balance_after;
DROP POLICY transfer_of_member ON transfer;
ALTER TABLE transfer DROP CONSTRAINT transfer_kind, ADD CONSTRAINT transfer_kind
    CHECK (kind IN ('mint', 'hold', 'capture', 'void', 'assign', 'payout', 'burn', 'payout_return', 'write_off'));
ALTER TABLE transfer DROP CONSTRAINT transfer_postings, DROP COLUMN seq, DROP COLUMN accounts, DROP COLUMN amounts;
ALTER TABLE account RESET (fillfactor);
ALTER TABLE posting ADD CONSTRAINT posting_transfer_account UNIQUE (transfer, account),
    ADD CONSTRAINT posting_account FOREIGN KEY (account) REFERENCES account,
    ADD CONSTRAINT posting_transfer FOREIGN KEY (transfer) REFERENCES transfer;
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
CREATE CONSTRAINT TRIGGER transfer_balanced AFTER INSERT ON transfer
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();
CREATE CONSTRAINT TRIGGER posting_balanced AFTER INSERT ON posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();
CREATE POLICY transfer_of_member ON transfer FOR SELECT TO settlement_reader
    USING (EXISTS (SELECT FROM posting p WHERE p.transfer = transfer.id AND p.member = current_setting('pcc.tenant', true)));
