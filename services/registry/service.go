package registry

import (
	"context"
	"time"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// Service holds the rules of the registry. Its methods work in the transaction that they are given, so that the state,
// the messages about it and the record of the request commit together.
type Service struct {
	vehicles Vehicles
	now      func() time.Time
}

// Vehicles is the vault's knowledge of vehicle handles.
type Vehicles interface {
	// Bound returns the tags of those of up to 1000 handles, as UUIDs, that a VIN is bound to.
	Bound(ctx context.Context, vehicles []string) (map[string]eventlist.Tag, error)
}

// Auditor records who did what.
type Auditor interface {
	Audit(ctx context.Context, action string, objects ...string) error
}

// New returns the service. now is its clock.
func New(vehicles Vehicles, now func() time.Time) *Service {
	return &Service{vehicles: vehicles, now: func() time.Time {
		return now().UTC().Truncate(time.Microsecond) // as the database keeps it
	}}
}
