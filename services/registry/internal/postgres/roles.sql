-- name: RoleGrant :one
SELECT * FROM role_grant WHERE member = @member AND name = @name AND role = @role;

-- name: CountRoleGrants :one
SELECT count(*) AS total, count(*) FILTER (WHERE role = 'administrator') AS administrators FROM role_grant WHERE member = @member;

-- An admission may name an administrator twice.
-- name: AddRoleGrant :exec
INSERT INTO role_grant (member, name, role, granted_by, granted_at) VALUES (@member, @name, @role, @granted_by, @granted_at)
ON CONFLICT ON CONSTRAINT role_grant_pkey DO NOTHING;

-- name: RemoveRoleGrant :exec
DELETE FROM role_grant WHERE member = @member AND name = @name AND role = @role;

-- name: RoleGrants :many
SELECT * FROM role_grant
WHERE member = @member AND (name, role) > (@after_name::text, @after_role::text)
ORDER BY name, role LIMIT @max_rows;

-- Whoever writes into the permission model what this table says of a member holds this first, so that the last writer is one
-- that has read the latest.
-- name: LockRoleRelations :exec
SELECT pg_advisory_xact_lock(hashtextextended('registry/roles/' || @member::text, 0));
