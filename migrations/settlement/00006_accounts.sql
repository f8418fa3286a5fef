-- All accounts of a member, any account of suspense, and how far below zero payments may bring an account.

-- +goose Up
ALTER TABLE account ADD COLUMN overdraft bigint NOT NULL DEFAULT 0;
UPDATE account SET overdraft = 9223372036854775807 WHERE id = 'bank:eur';
ALTER TABLE account DROP CONSTRAINT account_not_overdrawn;
ALTER TABLE account ADD CONSTRAINT account_not_overdrawn CHECK (balance >= -overdraft);
-- Only the bank and what is owed may be below zero.
ALTER TABLE account ADD CONSTRAINT account_overdraft CHECK (
    overdraft >= 0 AND (overdraft = 0 OR id = 'bank:eur' OR member IS NOT NULL AND id IN ('member:' || member || ':credit', 'member:' || member || ':claims')));

ALTER TABLE account DROP CONSTRAINT account_owner;
ALTER TABLE account ADD CONSTRAINT account_owner CHECK (
    CASE WHEN member IS NULL THEN id IN ('bank:eur', 'pool:holder', 'pool:infrastructure') OR id LIKE 'suspense:_%'
         ELSE id IN ('member:' || member || ':available', 'member:' || member || ':held',
                     'member:' || member || ':credit', 'member:' || member || ':claims') END);

-- +goose Down
DELETE FROM account WHERE id LIKE '%:credit' OR id LIKE '%:claims';
ALTER TABLE account DROP CONSTRAINT account_owner;
ALTER TABLE account ADD CONSTRAINT account_owner CHECK (
    CASE WHEN member IS NULL THEN id IN ('bank:eur', 'pool:holder', 'pool:infrastructure', 'suspense:payout', 'suspense:receipt')
         ELSE id IN ('member:' || member || ':available', 'member:' || member || ':held') END);
ALTER TABLE account DROP CONSTRAINT account_overdraft;
ALTER TABLE account DROP CONSTRAINT account_not_overdrawn;
ALTER TABLE account ADD CONSTRAINT account_not_overdrawn CHECK (balance >= 0 OR id = 'bank:eur');
ALTER TABLE account DROP COLUMN overdraft;
