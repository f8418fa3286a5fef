#!/usr/bin/env bash
# Checks, after scripts/gen.sh, that what is committed is what was generated, and that every module stands on its own.
set -euo pipefail
cd "$(dirname "$0")/.."

generated=(proto/gen gateway/internal/gen gateway/openapi 'services/*/internal/postgres/dbsqlc' web/verify.html web/verifier/schema.js)
changed=$(git status --porcelain -- "${generated[@]}")
if [[ -n $changed ]]; then
  printf 'verify: generated code is not what is committed; commit the output of make gen:\n%s\n' "$changed" >&2
  git --no-pager diff --stat -- "${generated[@]}" >&2
  exit 1
fi

modules=(. proto chaincode e2e)
for module in "${modules[@]}"; do
  echo "verify: $module"
  (
    cd "$module"
    go build ./... # in the workspace
    go vet ./...
    export GOWORK=off # as shipped
    go build ./...
    if ! diff=$(go mod tidy -diff); then
      printf 'verify: %s is not tidy, run GOWORK=off go mod tidy in it:\n%s\n' "$module" "$(grep '^[-+]' <<<"$diff")" >&2
      exit 1
    fi
  )
done
