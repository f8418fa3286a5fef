-- Periods: closed months of UTC, made of cycles.

-- +goose Up
CREATE TABLE period (
    -- First day of the month.
    month       date   NOT NULL,
    first_cycle bigint NOT NULL,
    last_cycle  bigint NOT NULL,
    CONSTRAINT period_pkey PRIMARY KEY (month),
    CONSTRAINT period_last_cycle UNIQUE (last_cycle),
    CONSTRAINT period_first FOREIGN KEY (first_cycle) REFERENCES cycle_close,
    CONSTRAINT period_last FOREIGN KEY (last_cycle) REFERENCES cycle_close,
    CONSTRAINT period_cycles CHECK (first_cycle <= last_cycle),
    CONSTRAINT period_month CHECK (extract(day FROM month) = 1)
);
CREATE TRIGGER period_append_only BEFORE UPDATE OR DELETE ON period FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER period_no_truncate BEFORE TRUNCATE ON period FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE period;
