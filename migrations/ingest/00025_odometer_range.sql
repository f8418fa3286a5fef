-- What devices send for "no value" is taken and set aside, not refused: up to 2^32-1 miles.

-- +goose Up
ALTER TABLE event DROP CONSTRAINT event_odometer_range;
ALTER TABLE event ADD CONSTRAINT event_odometer_range CHECK (odometer_metres BETWEEN 0 AND 7000000000000) NOT VALID;
ALTER TABLE event VALIDATE CONSTRAINT event_odometer_range;

-- +goose Down
-- Rows of mileages above the former bound stay.
ALTER TABLE event DROP CONSTRAINT event_odometer_range;
ALTER TABLE event ADD CONSTRAINT event_odometer_range CHECK (odometer_metres BETWEEN 0 AND 5000000000) NOT VALID;
