-- A vehicle's state is written anew with each of its events. Packing it, or keeping it apart, costs more than its bytes.

-- +goose Up
ALTER TABLE odometer_state SET (toast_tuple_target = 8160);

-- +goose Down
ALTER TABLE odometer_state RESET (toast_tuple_target);
