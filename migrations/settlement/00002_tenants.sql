-- Members see their own accounts, postings and reads only: the role of members' queries is under row-level security, and a
-- query without a tenant sees nothing. The owner of the tables is not, so that it can post to both sides of a transfer.

-- +goose Up
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE posting ENABLE ROW LEVEL SECURITY;
ALTER TABLE transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE read ENABLE ROW LEVEL SECURITY;

CREATE POLICY account_of_member ON account FOR SELECT TO settlement_reader
    USING (member = current_setting('pcc.tenant', true));
CREATE POLICY posting_of_member ON posting FOR SELECT TO settlement_reader
    USING (member = current_setting('pcc.tenant', true));
CREATE POLICY read_of_member ON read FOR SELECT TO settlement_reader
    USING (member = current_setting('pcc.tenant', true));
-- A transfer belongs to everybody on whose account it posts.
CREATE POLICY transfer_of_member ON transfer FOR SELECT TO settlement_reader
    USING (EXISTS (SELECT FROM posting p WHERE p.transfer = transfer.id AND p.member = current_setting('pcc.tenant', true)));

GRANT USAGE ON SCHEMA settlement TO settlement_reader;
GRANT SELECT ON account, posting, read TO settlement_reader;
GRANT SELECT (id, kind, description, created_at) ON transfer TO settlement_reader;

-- +goose Down
REVOKE SELECT (id, kind, description, created_at) ON transfer FROM settlement_reader;
REVOKE SELECT ON account, posting, read FROM settlement_reader;
REVOKE USAGE ON SCHEMA settlement FROM settlement_reader;
DROP POLICY transfer_of_member ON transfer;
DROP POLICY read_of_member ON read;
DROP POLICY posting_of_member ON posting;
DROP POLICY account_of_member ON account;
ALTER TABLE read DISABLE ROW LEVEL SECURITY;
ALTER TABLE transfer DISABLE ROW LEVEL SECURITY;
ALTER TABLE posting DISABLE ROW LEVEL SECURITY;
ALTER TABLE account DISABLE ROW LEVEL SECURITY;
