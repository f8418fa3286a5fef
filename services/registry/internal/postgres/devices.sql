-- Withdrawals of one member come one after the other; others refer to the member meanwhile.
-- name: LockMember :one
SELECT id FROM member WHERE id = @id FOR NO KEY UPDATE;

-- name: AddDeviceToken :exec
INSERT INTO device_token (id, member, passport, display_name, issued_by, issued_at, expires_at)
VALUES (@id, @member, @passport, @display_name, @issued_by, @issued_at, @expires_at);

-- name: CountDeviceTokens :one
SELECT count(*) FROM device_token
WHERE member = @member AND passport = @passport AND expires_at > @now AND revoked_at IS NULL;

-- name: DeviceToken :one
SELECT * FROM device_token WHERE id = @id AND member = @member AND passport = @passport;

-- name: RevokeDeviceToken :exec
UPDATE device_token SET revoked_by = @revoked_by, revoked_at = @revoked_at::timestamptz WHERE id = @id;

-- name: RevokedDeviceTokens :many
SELECT id, expires_at FROM device_token
WHERE member = @member AND revoked_at IS NOT NULL AND expires_at > @now
ORDER BY expires_at LIMIT @max_rows;

-- name: DeviceTokensByMember :many
SELECT * FROM device_token
WHERE member = @member AND (issued_at, id) < (@before_time::timestamptz, @before_id::text)
    AND (NOT @only_valid::bool OR expires_at > @now AND revoked_at IS NULL)
ORDER BY issued_at DESC, id DESC LIMIT @max_rows;

-- name: DeviceTokensByPassport :many
SELECT * FROM device_token
WHERE member = @member AND passport = @passport AND (issued_at, id) < (@before_time::timestamptz, @before_id::text)
    AND (NOT @only_valid::bool OR expires_at > @now AND revoked_at IS NULL)
ORDER BY issued_at DESC, id DESC LIMIT @max_rows;

-- name: MembersWithRevocations :many
SELECT DISTINCT member FROM device_token
WHERE revoked_at IS NOT NULL AND expires_at > @now
ORDER BY member LIMIT @max_rows;
