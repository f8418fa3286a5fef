#!/usr/bin/env bash
# Runs the tests of those packages that use no server. Arguments go to go test.
set -euo pipefail
cd "$(dirname "$0")/.."

servers='pcc/internal/(testkit|devstack)|pcc/e2e'
template='{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}}'
packages=$(go list -f "$template" ./... ./proto/... ./chaincode/... | grep -Ev "$servers" | cut -d ' ' -f 1)
# shellcheck disable=SC2086 # a package list is words
exec go test "$@" $packages
