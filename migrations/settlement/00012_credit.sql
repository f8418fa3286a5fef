-- The credit bank: what was agreed with members, and what they were lent.

-- +goose Up
CREATE TABLE credit_contract (
    -- With whom, and the tenant of row-level security.
    member      text COLLATE "C" NOT NULL,
    version     integer     NOT NULL,
    cap         bigint      NOT NULL,
    -- Rates in parts per million; interest and penalty for each day.
    fee         integer     NOT NULL,
    interest    integer     NOT NULL,
    grace_days  integer     NOT NULL,
    penalty     integer     NOT NULL,
    max_penalty integer     NOT NULL,
    request_id  uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT credit_contract_pkey PRIMARY KEY (member, version),
    CONSTRAINT credit_contract_request_id UNIQUE (request_id),
    CONSTRAINT credit_contract_version CHECK (version > 0),
    CONSTRAINT credit_contract_cap CHECK (cap >= 0),
    CONSTRAINT credit_contract_rates CHECK (least(fee, interest, penalty, max_penalty) >= 0 AND greatest(fee, interest, penalty, max_penalty) <= 1000000),
    CONSTRAINT credit_contract_grace CHECK (grace_days BETWEEN 1 AND 365)
);
CREATE TRIGGER credit_contract_append_only BEFORE UPDATE OR DELETE ON credit_contract FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE loan (
    id               uuid        NOT NULL,
    -- Who owes it, and the tenant of row-level security.
    member           text COLLATE "C" NOT NULL,
    -- The read that it pays a part of.
    read             uuid,
    contract_version integer     NOT NULL,
    principal        bigint      NOT NULL,
    outstanding      bigint      NOT NULL,
    -- Owed as of charged_at; penalty is all that was charged as such.
    charges          bigint      NOT NULL,
    penalty          bigint      NOT NULL,
    charged_at       timestamptz NOT NULL,
    created_at       timestamptz NOT NULL,
    due_at           timestamptz NOT NULL,
    repaid_at        timestamptz,
    CONSTRAINT loan_pkey PRIMARY KEY (id),
    CONSTRAINT loan_contract FOREIGN KEY (member, contract_version) REFERENCES credit_contract,
    CONSTRAINT loan_amounts CHECK (principal > 0 AND outstanding BETWEEN 0 AND principal AND charges >= 0 AND penalty >= 0),
    CONSTRAINT loan_repaid CHECK ((repaid_at IS NOT NULL) = (outstanding = 0 AND charges = 0))
);
CREATE INDEX loan_open ON loan (member) WHERE repaid_at IS NULL;
CREATE INDEX loan_member_repaid ON loan (member, repaid_at) WHERE repaid_at IS NOT NULL;

ALTER TABLE credit_contract ENABLE ROW LEVEL SECURITY;
ALTER TABLE loan ENABLE ROW LEVEL SECURITY;
CREATE POLICY credit_contract_of_member ON credit_contract FOR SELECT TO settlement_reader
    USING (member = current_setting('pcc.tenant', true));
CREATE POLICY loan_of_member ON loan FOR SELECT TO settlement_reader USING (member = current_setting('pcc.tenant', true));
GRANT SELECT ON credit_contract, loan TO settlement_reader;

-- +goose Down
DROP TABLE loan, credit_contract;
