package api

import (
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
)

// Recalls serves pcc.registry.v1.RecallService.
type Recalls struct {
	registryv1.UnimplementedRecallServiceServer
	Rules *registry.Service
	Store *postgres.Store
	Vault registry.VehicleMatcher
}
