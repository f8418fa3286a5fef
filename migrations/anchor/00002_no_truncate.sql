-- A truncated table loses all rows without the triggers of rows.

-- +goose Up
CREATE TRIGGER candidates_no_truncate BEFORE TRUNCATE ON candidates FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER extents_no_truncate BEFORE TRUNCATE ON extents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_no_truncate BEFORE TRUNCATE ON heads FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER cosigned_no_truncate BEFORE TRUNCATE ON cosigned FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER anchored_no_truncate BEFORE TRUNCATE ON anchored FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER endorsements_no_truncate BEFORE TRUNCATE ON endorsements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TRIGGER endorsements_no_truncate ON endorsements;
DROP TRIGGER anchored_no_truncate ON anchored;
DROP TRIGGER cosigned_no_truncate ON cosigned;
DROP TRIGGER heads_no_truncate ON heads;
DROP TRIGGER extents_no_truncate ON extents;
DROP TRIGGER candidates_no_truncate ON candidates;
