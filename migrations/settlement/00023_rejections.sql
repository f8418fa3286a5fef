-- Why the bank refused a payout.

-- +goose Up
ALTER TABLE payout ADD COLUMN rejection text NOT NULL DEFAULT '';
ALTER TABLE payout ADD CONSTRAINT payout_rejection CHECK (rejection = '' OR state = 'rejected');
CREATE INDEX payout_batch_payouts ON payout (batch) WHERE batch IS NOT NULL;

-- +goose Down
DROP INDEX payout_batch_payouts;
ALTER TABLE payout DROP COLUMN rejection;
