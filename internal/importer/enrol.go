package importer

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/history"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// maxKnown bounds the vehicles that are remembered, at about 200 bytes each, so that one that returns on many lines of a
// file is not enrolled again for each.
const maxKnown = 100_000

// enrolment is what became of a vehicle: a passport, or the reason why there is none.
type enrolment struct{ passport, reason string }

// known remembers at least the last maxKnown enrolments and at most twice as many.
type known struct{ young, old map[history.VIN]enrolment }

func newKnown() known { return known{young: map[history.VIN]enrolment{}} }

func (k *known) get(vin history.VIN) (enrolment, bool) {
	if e, ok := k.young[vin]; ok {
		return e, true
	}
	e, ok := k.old[vin]
	return e, ok
}

func (k *known) put(vin history.VIN, e enrolment) {
	if len(k.young) >= maxKnown {
		k.old, k.young = k.young, map[history.VIN]enrolment{}
	}
	k.young[vin] = e
}

// enrolNew binds and enrols the vehicles of the records that are not known yet.
func (i *Import) enrolNew(ctx context.Context, records []history.Record, sums *Sums) error {
	var vehicles []history.Vehicle
	asked := map[history.VIN]bool{}
	for _, r := range records {
		vin := r.Vehicle.VIN
		if _, ok := i.known.get(vin); vin == "" || ok || asked[vin] {
			continue
		}
		asked[vin] = true
		vehicles = append(vehicles, r.Vehicle)
	}
	if len(vehicles) == 0 {
		return nil
	}
	handles, err := i.bind(ctx, vehicles, sums)
	if err != nil {
		return fmt.Errorf("import: bind vehicles: %w", err)
	}
	if err := i.enrol(ctx, vehicles, handles, sums); err != nil {
		return fmt.Errorf("import: enrol passports: %w", err)
	}
	return nil
}

// bind returns the handle of each vehicle, and none for one whose VIN is refused.
func (i *Import) bind(ctx context.Context, vehicles []history.Vehicle, sums *Sums) ([]string, error) {
	req := &vaultv1.BatchBindVehiclesRequest{}
	for _, v := range vehicles {
		req.Vins = append(req.Vins, string(v.VIN))
	}
	resp, err := persist(ctx, func() (*vaultv1.BatchBindVehiclesResponse, error) {
		return vaultv1.NewVaultServiceClient(i.Vault).BatchBindVehicles(ctx, req)
	})
	if err != nil {
		return nil, err
	}
	if len(resp.GetResults()) != len(vehicles) {
		return nil, fmt.Errorf("%d answers for %d vehicles", len(resp.GetResults()), len(vehicles))
	}
	handles := make([]string, len(vehicles))
	for n, result := range resp.GetResults() {
		if result.GetReason() != "" {
			i.known.put(vehicles[n].VIN, enrolment{reason: result.GetReason()})
			continue
		}
		handles[n] = result.GetVehicle()
		sums.Vehicles++
	}
	return handles, nil
}

func (i *Import) enrol(ctx context.Context, vehicles []history.Vehicle, handles []string, sums *Sums) error {
	req := &registryv1.BatchEnrolPassportsRequest{RequestId: uuid.NewString()}
	var position []int
	for n, handle := range handles {
		if handle != "" {
			req.Passports = append(req.Passports, &registryv1.Passport{Vehicle: handle, Specification: specification(vehicles[n])})
			position = append(position, n)
		}
	}
	if len(position) == 0 {
		return nil
	}
	resp, err := persist(ctx, func() (*registryv1.BatchEnrolPassportsResponse, error) {
		return registryv1.NewPassportServiceClient(i.Registry).BatchEnrolPassports(ctx, req)
	})
	if err != nil {
		return err
	}
	if len(resp.GetResults()) != len(position) {
		return fmt.Errorf("%d answers for %d vehicles", len(resp.GetResults()), len(position))
	}
	for k, result := range resp.GetResults() {
		vin := vehicles[position[k]].VIN
		switch result.GetReason() {
		case "":
			sums.VehiclesNew++
			i.known.put(vin, enrolment{passport: result.GetPassport().GetName()})
		case "VEHICLE_ALREADY_ENROLLED":
			i.known.put(vin, enrolment{passport: result.GetPassport().GetName()})
		default:
			i.known.put(vin, enrolment{reason: result.GetReason()})
		}
	}
	return nil
}

func specification(v history.Vehicle) *registryv1.Specification {
	return &registryv1.Specification{
		Make: v.Make, Model: v.Model, Variant: v.Variant, FirstDate: v.FirstRegistration,
		Colour: v.Colour, Energy: v.Energy, PowerWatts: v.PowerWatts,
	}
}
