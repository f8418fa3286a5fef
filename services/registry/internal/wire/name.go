package wire

import (
	"strings"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/services/registry"
)

// MemberName returns the resource name of a member's id.
func MemberName(id string) string { return "members/" + id }

// MemberID returns the id in the resource name of a member.
func MemberID(name string) string { return strings.TrimPrefix(name, "members/") }

// VehicleName returns the vault's handle of a vehicle's UUID.
func VehicleName(id string) string { return "vehicles/" + id }

// PassportName returns the resource name of a passport's id.
func PassportName(id string) string { return "passports/" + id }

// PassportID returns the id in the resource name of a passport. What cannot be an id names no passport.
func PassportID(name string) (string, error) {
	id, ok := uuidAfter(name, "passports/")
	if !ok {
		return "", registry.ErrPassportNotFound
	}
	return id, nil
}

// VehicleID returns the UUID in the handle of a vehicle, or INVALID_FIELD for field.
func VehicleID(name, field string) (string, error) {
	id, ok := uuidAfter(name, "vehicles/")
	if !ok {
		return "", apperr.InvalidField(field, "not a name of the form vehicles/{uuid}")
	}
	return id, nil
}

// TransferID returns the ids of the passport and of the transfer in the resource name of a transfer.
func TransferID(name string) (passport, transfer string, err error) {
	parent, child, _ := strings.Cut(name, "/ownershipTransfers/")
	passport, parentOK := uuidAfter(parent, "passports/")
	transfer, childOK := uuidAfter(child, "")
	if !parentOK || !childOK {
		return "", "", registry.ErrTransferNotFound
	}
	return passport, transfer, nil
}

// IsID reports whether text is the id of a passport in its one spelling.
func IsID(text string) bool {
	_, ok := uuidAfter(text, "")
	return ok
}

// uuidAfter accepts the canonical form only, so that an id has one spelling.
func uuidAfter(name, prefix string) (string, bool) {
	text, ok := strings.CutPrefix(name, prefix)
	id, err := uuid.Parse(text)
	return text, ok && err == nil && id.String() == text
}
