#!/usr/bin/env bash
# Generates Go, REST and OpenAPI code from the protos, query code from the SQL files, the verifier page from its source, and
# the page of permissions from the protos and the permission model.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/thirdparty.sh
rm -rf proto/gen gateway/internal/gen gateway/openapi
.tools/bin/buf generate
for config in services/*/internal/postgres/sqlc.yaml; do
  .tools/bin/sqlc generate -f "$config"
done
go run ./web/internal/bundle/cmd/bundle web
go run ./internal/authz/permissiondoc/cmd/permissiondoc <deploy/keto/namespaces.keto.ts >docs/permissions.md
