-- Payouts that members have made each month.

-- +goose Up
CREATE TABLE standing_payout (
    -- Who is paid out, and the tenant of row-level security.
    member        text COLLATE "C" NOT NULL,
    creditor_name text        NOT NULL,
    creditor_iban text        NOT NULL,
    creditor_bic  text        NOT NULL,
    -- What stays available.
    keep          bigint      NOT NULL,
    set_by        text        NOT NULL,
    set_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT standing_payout_pkey PRIMARY KEY (member),
    CONSTRAINT standing_payout_keep CHECK (keep >= 0)
);

-- The standing payout of a member was carried out for a month; payout is null when there was nothing to pay.
CREATE TABLE month_payout (
    month  date NOT NULL,
    member text COLLATE "C" NOT NULL,
    payout uuid,
    CONSTRAINT month_payout_pkey PRIMARY KEY (month, member),
    CONSTRAINT month_payout_period FOREIGN KEY (month) REFERENCES period,
    CONSTRAINT month_payout_payout FOREIGN KEY (payout) REFERENCES payout
);
CREATE TRIGGER month_payout_append_only BEFORE UPDATE OR DELETE ON month_payout FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE standing_payout ENABLE ROW LEVEL SECURITY;
CREATE POLICY standing_payout_of_member ON standing_payout FOR SELECT TO settlement_reader
    USING (member = current_setting('pcc.tenant', true));
GRANT SELECT ON standing_payout TO settlement_reader;

-- +goose Down
DROP TABLE month_payout, standing_payout;
