#!/usr/bin/env bash
# Runs the tests of every module of the workspace; the shared test servers must be in the environment (scripts/test.sh).
# Arguments go to go test.
set -euo pipefail
cd "$(dirname "$0")/.."

# Where state is shared between goroutines the race detector is on. It is off where it would cost minutes and see
# nothing: generated code, single-threaded contracts, and tests that mostly wait for Fabric's processes or the stack's.
no_race='/gen(/|$)|/fabric(gw|test)?(/|$)'
all=$(go list ./... ./proto/... ./chaincode/... ./e2e/...)
raced=$(go list ./internal/... ./services/... ./gateway/... | grep -Ev "$no_race")
unraced=$(grep -Fxv -f <(echo "$raced") <<<"$all")

race=(-race)
if ! command -v gcc >/dev/null && ! command -v clang >/dev/null; then
  echo 'test: no C compiler, so the race detector is off' >&2
  race=()
fi

# Fabric networks and the stack take both cores: one such package at a time. They run programs that go test's cache does
# not know of, so their results are never taken from it.
status=0
# shellcheck disable=SC2086 # package lists are words
go test -timeout 15m "${race[@]}" "$@" $raced || status=$?
# shellcheck disable=SC2086
go test -timeout 25m -p 1 -count=1 "$@" $unraced || status=$?
exit "$status"
