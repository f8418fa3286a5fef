package api

import (
	"context"
	"time"

	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	settlementv1 "github.com/pcc-platform/pcc/proto/gen/pcc/settlement/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
)

// Passports serves pcc.registry.v1.PassportService.
type Passports struct {
	registryv1.UnimplementedPassportServiceServer
	Rules *registry.Service
	Store *postgres.Store
}

// Members serves pcc.registry.v1.MemberService.
type Members struct {
	registryv1.UnimplementedMemberServiceServer
	Rules *registry.Service
	Store *postgres.Store
}

// Roles serves pcc.registry.v1.RoleService.
type Roles struct {
	registryv1.UnimplementedRoleServiceServer
	Rules *registry.Service
	Store *postgres.Store
}

// Purges serves pcc.registry.v1.PurgeService.
type Purges struct {
	registryv1.UnimplementedPurgeServiceServer
	Store *postgres.Store
	Now   func() time.Time
}

// Reports serves pcc.registry.v1.ReportService.
type Reports struct {
	registryv1.UnimplementedReportServiceServer
	Seller *registry.Reports[*ingestv1.Event, *ingestv1.OdometerVerdict, *settlementv1.Read]
}

// Devices serves pcc.registry.v1.DeviceService.
type Devices struct {
	registryv1.UnimplementedDeviceServiceServer
	Rules    *registry.Service
	Store    *postgres.Store
	Accounts DeviceAccounts
	Now      func() time.Time
}

// DeviceAccounts lets devices, and the bridge that serves them, into the members' accounts at the broker.
type DeviceAccounts interface {
	registry.DeviceAccounts
	// BridgeCredentials returns the content of a credentials file.
	BridgeCredentials(member string) (string, error)
}

// callerMember is the id of the member that calls.
func callerMember(ctx context.Context) string { return authn.FromContext(ctx).Member }
