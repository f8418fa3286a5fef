// Package registryclient asks the registry who holds a vehicle through whom.
package registryclient

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// Client implements access.Registry.
type Client struct {
	registry registryv1.PassportServiceClient
}

var _ access.Registry = Client{}

// New returns a client over a connection to the registry.
func New(conn grpc.ClientConnInterface) Client {
	return Client{registry: registryv1.NewPassportServiceClient(conn)}
}

// Ownership implements access.Registry. The registry's PASSPORT_NOT_FOUND is access's.
func (c Client) Ownership(ctx context.Context, passport string) (access.Ownership, error) {
	o, err := c.registry.GetOwnership(ctx, &registryv1.GetOwnershipRequest{Passport: "passports/" + passport})
	if err != nil {
		return access.Ownership{}, fmt.Errorf("registryclient: %w", err)
	}
	return access.Ownership{
		Vehicle: o.GetVehicle(), Period: int(o.GetPeriod()), Steward: strings.TrimPrefix(o.GetSteward(), "members/"),
	}, nil
}
