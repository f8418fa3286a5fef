-- LockPriceList takes a lock that nothing else uses; the key is any number.
-- name: LockPriceList :exec
SELECT pg_advisory_xact_lock(hashtextextended('settlement/price', 0));

-- name: RequestedPrice :one
SELECT product, version, amount, effective_date, created_at FROM price WHERE request_id = @request_id::uuid;

-- name: LastVersion :one
SELECT coalesce(max(version), 0)::integer FROM price WHERE product = $1;

-- name: InsertPrice :exec
INSERT INTO price (product, version, effective_date, amount, created_at, request_id) VALUES ($1, $2, $3, $4, $5, @request_id::uuid);

-- The price of a product is that with the latest day that has come, of those of one day the last that was set.
-- name: PriceOn :one
SELECT product, version, amount, effective_date, created_at FROM price WHERE product = @product AND effective_date <= @day::date
ORDER BY effective_date DESC, version DESC LIMIT 1;

-- name: Prices :many
SELECT DISTINCT ON (product) product, version, amount, effective_date, created_at FROM price WHERE effective_date <= @day::date
ORDER BY product, effective_date DESC, version DESC LIMIT @max_rows;

-- name: PricesOf :many
SELECT DISTINCT ON (product) product, version, amount, effective_date, created_at FROM price
WHERE product = ANY (@products::text[]) AND effective_date <= @day::date
ORDER BY product, effective_date DESC, version DESC;

-- name: PriceVersions :many
SELECT product, version, amount, effective_date, created_at FROM price WHERE product = @product AND version < @before
ORDER BY version DESC LIMIT @max_rows;

-- name: InsertQuote :exec
INSERT INTO quote (id, member, product, price_version, amount, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT ON CONSTRAINT quote_pkey DO NOTHING;

-- name: Quotes :many
SELECT id, member, product, price_version, amount, created_at, expires_at FROM quote WHERE id = ANY (@ids::uuid[]);
