package api

import (
	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/apperr"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// Collections of the resource names.
const (
	vehicles = "vehicles"
	holders  = "holders"
)

func nameOf(collection string, id uuid.UUID) string { return collection + "/" + id.String() }

// idOf returns the id in a resource name, or INVALID_FIELD for field.
func idOf(name, collection, field string) (uuid.UUID, error) {
	raw, err := aip.ID(name, collection, field)
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.Parse(raw)
	if err != nil {
		return uuid.Nil, apperr.InvalidField(field, "not a name of the form %s/{uuid}", collection)
	}
	return id, nil
}

func identityFrom(m *vaultv1.HolderIdentity) (vault.Identity, error) {
	return vault.NewIdentity(vault.Person{
		FullName: m.GetFullName(), Email: m.GetEmail(), PostalAddress: m.GetPostalAddress(),
	})
}

func identityMessage(i vault.Identity) *vaultv1.HolderIdentity {
	p := i.Reveal()
	return &vaultv1.HolderIdentity{FullName: p.FullName, Email: p.Email, PostalAddress: p.PostalAddress}
}

func statedRanges(ranges []*vaultv1.VinRange) []vault.StatedRange {
	stated := make([]vault.StatedRange, len(ranges))
	for i, r := range ranges {
		stated[i] = vault.StatedRange{Start: r.GetStart(), End: r.GetEnd(), Manufacturers: r.GetManufacturers()}
	}
	return stated
}
