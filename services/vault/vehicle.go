package vault

import (
	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// MaxBatch is the most VINs or handles in one call.
const MaxBatch = 1000

// NewVehicle is a vehicle to store unless its tag has one already.
type NewVehicle struct {
	ID       uuid.UUID
	Tag      Tag
	Identity Sealed   // the VIN
	ShredKey ShredKey // of Identity
}

// Vehicle is a stored vehicle.
type Vehicle struct {
	ID  uuid.UUID
	Tag Tag
	// Created is true when this call stored it.
	Created bool
}

// Binding is the outcome of binding one VIN: a handle, or the reason why there is none.
type Binding struct {
	Vehicle uuid.UUID
	Tag     eventlist.Tag
	Created bool
	Err     error // nil, ErrVINLength or ErrVINAlphabet
}
