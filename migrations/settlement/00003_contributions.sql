-- What the shares of a read were computed from, for whoever computes them again.

-- +goose Up
ALTER TABLE read ADD COLUMN contributions jsonb NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE read DROP COLUMN contributions;
