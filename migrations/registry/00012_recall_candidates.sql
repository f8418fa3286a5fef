-- Passports that a recall's ranges cover, and new passports that recalls are still to be compared with.

-- +goose Up

-- What was found, once a passport: whoever finds it again tells nobody.
CREATE TABLE recall_match (
    recall   uuid NOT NULL,
    passport uuid NOT NULL,
    CONSTRAINT recall_match_pkey PRIMARY KEY (recall, passport),
    CONSTRAINT recall_match_recall_fkey FOREIGN KEY (recall) REFERENCES recall (id),
    CONSTRAINT recall_match_passport_fkey FOREIGN KEY (passport) REFERENCES passport (id)
);
CREATE TRIGGER recall_match_append_only BEFORE UPDATE OR DELETE ON recall_match
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Passports that were not compared with all recalls yet.
CREATE TABLE recall_candidate (
    passport    uuid        NOT NULL,
    enrolled_at timestamptz NOT NULL,
    compared_to uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000', -- the last recall compared with
    CONSTRAINT recall_candidate_pkey PRIMARY KEY (passport),
    CONSTRAINT recall_candidate_passport_fkey FOREIGN KEY (passport) REFERENCES passport (id)
);
CREATE INDEX recall_candidate_turn_idx ON recall_candidate (compared_to, enrolled_at, passport);

-- The database adds them, so that no statement can forget one. A recall that the candidate's comparison does not see yet
-- commits after the passport, and its own search finds it.
-- +goose StatementBegin
CREATE FUNCTION add_recall_candidates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recall_candidate (passport, enrolled_at) SELECT id, created_at FROM changed;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER passport_compare_with_recalls AFTER INSERT ON passport
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION add_recall_candidates();

ALTER TABLE recall ADD COLUMN part_numbers text[] NOT NULL DEFAULT '{}';
CREATE INDEX recall_member_idx ON recall (member, created_at, id);

-- What was found before is not kept: search again. It also finds who was enrolled since.
UPDATE recall SET searched_to = '', search_ended_at = NULL, matched_passports = 0 WHERE ranges <> '';

-- +goose Down
DROP TRIGGER passport_compare_with_recalls ON passport;
DROP FUNCTION add_recall_candidates;
DROP INDEX recall_member_idx;
ALTER TABLE recall DROP COLUMN part_numbers;
DROP TABLE recall_candidate, recall_match;
