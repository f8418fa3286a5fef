package vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/vault/vinrange"
)

// matchPage is how many VINs one call decrypts.
const matchPage = 5000

// StatedRange is a range of VINs as a recall states it.
type StatedRange struct {
	Start, End string
	// Manufacturers confine it to world manufacturer identifiers; a range of the ends of VINs needs one.
	Manufacturers []string
}

// SealedVIN is the stored identity of a vehicle.
type SealedVIN struct {
	Vehicle    uuid.UUID
	Ciphertext []byte
	ShredKey   ShredKey
}

// MatchVehicles returns the vehicles with ids above after whose VINs are in one of the ranges, of the next matchPage, and the
// id to go on after: uuid.Nil when these were the last. Errors: ErrRangeInvalid.
func (s *Service) MatchVehicles(ctx context.Context, stated []StatedRange, after uuid.UUID) (found []uuid.UUID, next uuid.UUID, err error) {
	ranges, err := parseRanges(stated)
	if err != nil {
		return nil, uuid.Nil, err
	}
	page, err := s.store.Identities(ctx, after, matchPage)
	if err != nil {
		return nil, uuid.Nil, err
	}
	for _, sealed := range page {
		vin, err := s.open(ctx, sealed)
		if errors.Is(err, ErrShredded) {
			continue // a row that came back with a backup
		}
		if err != nil {
			return nil, uuid.Nil, err
		}
		if contained(ranges, vin) {
			found = append(found, sealed.Vehicle)
		}
	}
	if len(page) == matchPage {
		next = page[len(page)-1].Vehicle
	}
	return found, next, nil
}

// CompareVehicles returns for each set of ranges the places in vehicles, ascending, of those whose VINs are in it. vehicles are at
// most MaxBatch, each once; one whose VIN was erased is in none. Errors: ErrRangeInvalid.
func (s *Service) CompareVehicles(ctx context.Context, vehicles []uuid.UUID, sets [][]StatedRange) ([][]int, error) {
	parsed := make([][]vinrange.Range, len(sets))
	for i, stated := range sets {
		ranges, err := parseRanges(stated)
		if err != nil {
			return nil, err
		}
		parsed[i] = ranges
	}
	sealed, err := s.store.IdentitiesOf(ctx, vehicles)
	if err != nil {
		return nil, err
	}
	vins := make(map[uuid.UUID]string, len(sealed))
	for _, one := range sealed {
		if vins[one.Vehicle], err = s.open(ctx, one); err != nil && !errors.Is(err, ErrShredded) {
			return nil, err
		}
	}
	found := make([][]int, len(sets))
	for i, ranges := range parsed {
		for place, vehicle := range vehicles {
			if contained(ranges, vins[vehicle]) {
				found[i] = append(found[i], place)
			}
		}
	}
	return found, nil
}

func (s *Service) open(ctx context.Context, sealed SealedVIN) (string, error) {
	vin, err := s.sealer.Open(ctx, sealed.ShredKey, sealed.Ciphertext, identityPlace(sealed.Vehicle))
	if err != nil {
		return "", fmt.Errorf("vault: open a VIN: %w", err)
	}
	return string(vin), nil
}

func parseRanges(stated []StatedRange) (out []vinrange.Range, err error) {
	for i, s := range stated {
		field := fmt.Sprintf("ranges[%d]", i)
		ranges, err := vinrange.Parse(s.Start, s.End)
		if err != nil {
			return nil, ErrRangeInvalid.WithField(field)
		}
		for _, r := range ranges {
			if r.Truncated() && len(s.Manufacturers) == 0 {
				return nil, ErrRangeInvalid.WithField(field + ".manufacturers")
			}
			out = append(out, r.Of(s.Manufacturers))
		}
	}
	return out, nil
}

func contained(ranges []vinrange.Range, vin string) bool {
	for i := range ranges {
		if ranges[i].Contains(vin) {
			return true
		}
	}
	return false
}
