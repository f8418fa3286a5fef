-- What a batch of transfers needs before it is decided, in one call.

-- +goose Up
-- lock_books locks accounts in ascending order of their ids, and then, when it has them all, takes the time at which everything is posted on
-- them, and says which transfers were made before. Its plans are made once a session, perhaps while the tables are small: they
-- have to do when these have grown.
-- +goose StatementBegin
CREATE FUNCTION lock_books(
    accounts text[], transfers uuid[],
    OUT ids text[], OUT balances bigint[], OUT overdrafts bigint[], OUT at timestamptz, OUT made uuid[], OUT hashes bytea[]
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    SELECT array_agg(l.id), array_agg(l.balance), array_agg(l.overdraft) INTO ids, balances, overdrafts
    FROM (SELECT a.id, a.balance, a.overdraft FROM account a WHERE a.id = ANY (accounts) ORDER BY a.id FOR UPDATE) l;
    at := cycle_time();
    SELECT array_agg(t.id), array_agg(t.input_hash) INTO made, hashes FROM transfer t WHERE t.id = ANY (transfers);
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION lock_books;
