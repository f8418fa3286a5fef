// Package gateway is the platform's edge for HTTP and JSON, and has no business logic.
//
//	TLS 1.3 ─> trace, headers, access log ─┬─> GET /healthz, /openapi.json, /verify     without credentials
//	                                       ├─> GET /log/… ─> limit ─> gRPC               without credentials, but for entries
//	                                       └─> authenticate ─> limit ─> transcode ─> gRPC over mutual TLS
//
// Beside HTTP the gateway takes to ingest what cars and dongles publish over MQTT at the broker (internal/bridge).
//
// A request is authenticated here, so that nothing unauthenticated goes further, and authorised by the service that it is
// for. Monitors of the journal's logs alone need no credentials (internal/tiles): the gateway asks in its own name for the hashes
// that are public. A bearer token travels on as it came and the service verifies it again. A client certificate ends at the edge: the
// gateway names the principal it proves to the service, which believes that of nobody else.
//
// The routes, their messages and errors are generated from proto/ (internal/gen, openapi/pcc.swagger.json, with
// openapi.yaml for what the protos do not say).
package gateway

import _ "embed" // for the OpenAPI document

// OpenAPI describes the REST API: OpenAPI 2.0 in JSON.
//
//go:embed openapi/pcc.swagger.json
var OpenAPI []byte
