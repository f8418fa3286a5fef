-- Recalls of makers, and how far the vault was searched for the vehicles that they cover.

-- +goose Up

CREATE TABLE recall (
    id                uuid        NOT NULL DEFAULT gen_random_uuid(),
    member            text        NOT NULL,
    campaign          text        NOT NULL,
    defect            text        NOT NULL,
    ranges            bytea       NOT NULL, -- pcc.vault.v1.MatchVehiclesRequest
    created_at        timestamptz NOT NULL,
    searched_to       text        NOT NULL DEFAULT '', -- where the search goes on
    search_ended_at   timestamptz,
    matched_passports bigint      NOT NULL DEFAULT 0,
    CONSTRAINT recall_pkey PRIMARY KEY (id),
    CONSTRAINT recall_member_fkey FOREIGN KEY (member) REFERENCES member (id),
    CONSTRAINT recall_campaign_key UNIQUE (member, campaign)
);
CREATE INDEX recall_searching_idx ON recall (created_at, id) WHERE search_ended_at IS NULL;

-- +goose Down
DROP TABLE recall;
