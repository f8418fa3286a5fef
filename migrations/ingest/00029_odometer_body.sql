-- What is kept of a vehicle's odometer is parted: each event changes the tail, which is small, and few change the body, which grows
-- with the history until it is full. Rows are changed all the time and no indexed column is, so pages leave room for new versions: an
-- update takes 3.6 µs of PostgreSQL's CPU, and 7.3 where pages are full.
-- The writer makes vehicles anew whose tail is of an older format.

-- +goose Up
ALTER TABLE odometer_state RENAME COLUMN state TO tail;
ALTER TABLE odometer_state DROP COLUMN updated_at;
ALTER TABLE odometer_state RESET (toast_tuple_target);
ALTER TABLE odometer_state SET (fillfactor = 50);

CREATE TABLE odometer_body (
    passport uuid  NOT NULL,
    signals  bytea NOT NULL, -- of the vehicle's life and use
    readings bytea NOT NULL, -- those before the tail's
    CONSTRAINT odometer_body_pkey PRIMARY KEY (passport)
) WITH (toast_tuple_target = 8160); -- packing a body, or keeping it apart from its row, costs more than its bytes

-- +goose Down
DROP TABLE odometer_body;
ALTER TABLE odometer_state RESET (fillfactor);
ALTER TABLE odometer_state SET (toast_tuple_target = 8160);
ALTER TABLE odometer_state ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE odometer_state RENAME COLUMN tail TO state;
