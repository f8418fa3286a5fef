#!/usr/bin/env bash
# Lays the published protos that ours import into .gen/thirdparty, out of the Go module cache at pinned versions.
set -euo pipefail
cd "$(dirname "$0")/.."

thirdparty=.gen/thirdparty
module_dir() { GOWORK=off GOFLAGS=-mod=mod go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'; }
lay() { # module@version, path inside the module, path below $thirdparty
  mkdir -p "$thirdparty/$(dirname "$3")"
  install -m 0644 "$(module_dir "$1")/$2" "$thirdparty/$3"
}

rm -rf "$thirdparty"
for f in annotations http httpbody; do
  lay github.com/grpc-ecosystem/grpc-gateway@v1.16.0 "third_party/googleapis/google/api/$f.proto" "google/api/$f.proto"
done
lay github.com/bufbuild/protovalidate@v1.2.2 proto/protovalidate/buf/validate/validate.proto buf/validate/validate.proto
lay github.com/cloudevents/sdk-go/binding/format/protobuf/v2@v2.16.2 pb/cloudevent.proto cloudevent.proto
