#!/usr/bin/env bash
# Checks what a linter can hold of the project's style; .golangci.yml says what that is. All checks run, then it fails.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD
status=0
for module in . proto chaincode e2e; do
  (cd "$module" && "$root/.tools/bin/golangci-lint" run --allow-parallel-runners --config "$root/.golangci.yml" ./...) || status=1
done

# Of the workspace's modules only proto: the other is published protos of others.
scripts/thirdparty.sh
.tools/bin/buf lint proto || status=1

scripts=(scripts/*.sh .ci/run)
for script in "${scripts[@]}"; do
  bash -n "$script" || status=1
done
if command -v shellcheck >/dev/null; then
  shellcheck "${scripts[@]}" || status=1
else
  echo 'lint: shellcheck is not installed: scripts were only parsed' >&2
fi
exit "$status"
