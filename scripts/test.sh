#!/usr/bin/env bash
# Runs every test of every module, on real servers. Its last lines are go test's own.
set -euo pipefail
cd "$(dirname "$0")/.."

go run ./internal/devstack/toolchain/cmd/toolchain -postgres fabric keto helm
make --no-print-directory build # what e2e runs
exec go run ./internal/testkit/cmd/testservers scripts/test-modules.sh "$@"
