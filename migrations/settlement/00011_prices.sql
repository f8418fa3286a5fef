-- Versions of prices, and the prices that members were promised.

-- +goose Up
ALTER TABLE price ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE price ALTER COLUMN version DROP DEFAULT;
ALTER TABLE price ADD COLUMN request_id uuid;
ALTER TABLE price DROP CONSTRAINT price_pkey;
ALTER TABLE price ADD CONSTRAINT price_pkey PRIMARY KEY (product, version);
ALTER TABLE price ADD CONSTRAINT price_version CHECK (version > 0);
ALTER TABLE price ADD CONSTRAINT price_request_id UNIQUE (request_id);

CREATE TABLE quote (
    id            uuid        NOT NULL,
    -- Who was promised it, and the tenant of row-level security.
    member        text COLLATE "C" NOT NULL,
    product       text        NOT NULL,
    price_version integer     NOT NULL,
    amount        bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    CONSTRAINT quote_pkey PRIMARY KEY (id),
    CONSTRAINT quote_price FOREIGN KEY (product, price_version) REFERENCES price,
    CONSTRAINT quote_amount CHECK (amount > 0)
);
CREATE TRIGGER quote_append_only BEFORE UPDATE OR DELETE ON quote FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE quote ENABLE ROW LEVEL SECURITY;
CREATE POLICY quote_of_member ON quote FOR SELECT TO settlement_reader USING (member = current_setting('pcc.tenant', true));
GRANT SELECT ON quote TO settlement_reader;

-- +goose Down
DROP TABLE quote;
ALTER TABLE price DROP CONSTRAINT price_request_id;
ALTER TABLE price DROP CONSTRAINT price_version;
ALTER TABLE price DROP CONSTRAINT price_pkey;
ALTER TABLE price DROP COLUMN request_id, DROP COLUMN version;
ALTER TABLE price ADD CONSTRAINT price_pkey PRIMARY KEY (product, effective_date);
