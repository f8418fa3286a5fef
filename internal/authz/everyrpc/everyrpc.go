// Package everyrpc links the RPCs of all services into a program, for what looks at all of them by reflection.
package everyrpc

import (
	_ "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1" // as those below
	_ "github.com/pcc-platform/pcc/proto/gen/pcc/anchor/v1"
	_ "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	_ "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	_ "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	_ "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	_ "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)
