-- Members see their own accounts, postings and reads only: the role of members' queries is under row-level security, and a
-- query without a tenant sees nothing. The owner of the tables is not, so that it can post to both sides of a transfer.

-- +goose Up
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE posting ENABLE ROW LEVEL SECURITY;
ALTER TABLE transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE read ENABLE ROW LEVEL SECURITY;

CREATE POLICY account_of_tenant ON account FOR SELECT USING (member = current_setting('pcc.tenant', true));
CREATE POLICY posting_of_tenant ON posting FOR SELECT USING (member = current_setting('pcc.tenant', true));
CREATE POLICY read_of_tenant ON read FOR SELECT USING (member = current_setting('pcc.tenant', true));
-- A transfer belongs to everybody on whose account it posts.
CREATE POLICY transfer_of_tenant ON transfer FOR SELECT USING (
    EXISTS (SELECT FROM posting p WHERE p.transfer = transfer.id AND p.member = current_setting('pcc.tenant', true)));

-- The role is made with the cluster and not by this migration, which has no right to.
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'settlement_reader') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO settlement_reader', current_schema());
        GRANT SELECT ON account, posting, read TO settlement_reader;
        GRANT SELECT (id, kind, description, created_at) ON transfer TO settlement_reader;
    END IF;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP POLICY transfer_of_tenant ON transfer;
DROP POLICY read_of_tenant ON read;
DROP POLICY posting_of_tenant ON posting;
DROP POLICY account_of_tenant ON account;
ALTER TABLE read DISABLE ROW LEVEL SECURITY;
ALTER TABLE transfer DISABLE ROW LEVEL SECURITY;
ALTER TABLE posting DISABLE ROW LEVEL SECURITY;
ALTER TABLE account DISABLE ROW LEVEL SECURITY;
