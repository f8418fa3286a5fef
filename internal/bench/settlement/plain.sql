-- Double entry as one writes it without a ledger: a row an account, locked by each transfer.
CREATE TABLE plain_account (
    id       text COLLATE "C" PRIMARY KEY,
    balance  bigint NOT NULL CHECK (balance >= 0),
    postings bigint NOT NULL DEFAULT 0
);
CREATE TABLE plain_transfer (
    id          uuid PRIMARY KEY,
    description text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE plain_posting (
    account       text COLLATE "C" NOT NULL,
    seq           bigint NOT NULL,
    transfer      uuid   NOT NULL,
    amount        bigint NOT NULL,
    balance_after bigint NOT NULL,
    PRIMARY KEY (account, seq)
);
CREATE FUNCTION plain_transfer(transfer uuid, source text, destination text, amount bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM plain_account WHERE id IN (source, destination) ORDER BY id FOR UPDATE;
    INSERT INTO plain_transfer (id, description) VALUES (transfer, 'benchmark');
    WITH moved AS (
        UPDATE plain_account a SET balance = a.balance + CASE a.id WHEN source THEN -amount ELSE amount END, postings = a.postings + 1
        WHERE a.id IN (source, destination)
        RETURNING a.id, a.postings, a.balance
    )
    INSERT INTO plain_posting (account, seq, transfer, amount, balance_after)
    SELECT id, postings, transfer, CASE id WHEN source THEN -amount ELSE amount END, balance FROM moved;
END $$;
INSERT INTO plain_account (id, balance) SELECT id, balance FROM account WHERE id LIKE 'member:bench%';
