package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// MaxBatch bounds the vehicles of one enrolment.
const MaxBatch = 1000

// Enrolment asks for the passport of one vehicle.
type Enrolment struct {
	// Vehicle is the UUID of the vault's handle.
	Vehicle       string
	Specification Specification
}

// Outcome is what became of an Enrolment.
type Outcome struct {
	// Passport is the vehicle's passport, new or not; the zero value when the vehicle is unknown.
	Passport Passport
	// Refusal is nil when this request enrolled the vehicle, else ErrAlreadyEnrolled or ErrVehicleUnknown.
	Refusal *apperr.Error
}

// NewPassport is a passport to open.
type NewPassport struct {
	Enrolment
	LifeCycle  LifeCycle
	EnrolledBy string
	CreateTime time.Time
}

// EnrolmentTx is what enrolling needs of a transaction.
type EnrolmentTx interface {
	Auditor
	MemberClass(ctx context.Context, member string) (MemberClass, error)
	// AddPassports opens passports, each with its first ownership period, and returns those of vehicles that had none.
	// No vehicle may occur twice.
	AddPassports(ctx context.Context, passports []NewPassport) ([]Passport, error)
	// PassportsOf returns the passports of vehicles, in no order.
	PassportsOf(ctx context.Context, vehicles []string) ([]Passport, error)
	PublishEnrolled(ctx context.Context, passports []Passport) error
}

// BoundVehicles asks the vault which vehicles exist. It belongs before the transaction, which should not wait for
// another service; a handle once bound stays bound.
func (s *Service) BoundVehicles(ctx context.Context, enrolments []Enrolment) (map[string]bool, error) {
	vehicles := make([]string, 0, len(enrolments))
	for _, e := range enrolments {
		vehicles = append(vehicles, e.Vehicle)
	}
	return s.vehicles.Bound(ctx, vehicles)
}

// Enrol opens passports for a member, with one outcome an enrolment, in their order. Of enrolments of the same vehicle
// the first wins. bound comes from BoundVehicles.
func (s *Service) Enrol(ctx context.Context, tx EnrolmentTx, member string, enrolments []Enrolment, bound map[string]bool) ([]Outcome, error) {
	class, err := tx.MemberClass(ctx, member)
	if err != nil {
		return nil, err
	}
	wanted, first := s.distinct(enrolments, bound, NewPassport{LifeCycle: firstState(class), EnrolledBy: member, CreateTime: s.now()})
	added, err := tx.AddPassports(ctx, wanted)
	if err != nil {
		return nil, err
	}
	if err := tx.PublishEnrolled(ctx, added); err != nil {
		return nil, err
	}
	if err := tx.Audit(ctx, "EnrolPassport", names(added)...); err != nil {
		return nil, err
	}
	present, err := s.present(ctx, tx, wanted, added)
	if err != nil {
		return nil, err
	}
	isNew := make(map[string]bool, len(added))
	for _, p := range added {
		isNew[p.Vehicle] = true
	}
	return outcomes(enrolments, first, present, isNew), nil
}

// distinct returns the passport to open for each bound vehicle, made like template, and where each occurs first.
func (s *Service) distinct(enrolments []Enrolment, bound map[string]bool, template NewPassport) ([]NewPassport, map[string]int) {
	wanted := make([]NewPassport, 0, len(enrolments))
	first := make(map[string]int, len(enrolments))
	for i, e := range enrolments {
		if _, seen := first[e.Vehicle]; seen || !bound[e.Vehicle] {
			continue
		}
		first[e.Vehicle] = i
		p := template
		p.Enrolment = e
		wanted = append(wanted, p)
	}
	return wanted, first
}

// present returns the passports of all wanted vehicles by vehicle, reading only those that were there before.
func (s *Service) present(ctx context.Context, tx EnrolmentTx, wanted []NewPassport, added []Passport) (map[string]Passport, error) {
	present := make(map[string]Passport, len(wanted))
	for _, p := range added {
		present[p.Vehicle] = p
	}
	var missing []string
	for _, w := range wanted {
		if _, ok := present[w.Vehicle]; !ok {
			missing = append(missing, w.Vehicle)
		}
	}
	if len(missing) == 0 {
		return present, nil
	}
	before, err := tx.PassportsOf(ctx, missing)
	if err != nil {
		return nil, err
	}
	if len(before) != len(missing) {
		return nil, fmt.Errorf("registry: %d of %d enrolled vehicles have no passport", len(missing)-len(before), len(missing))
	}
	for _, p := range before {
		present[p.Vehicle] = p
	}
	return present, nil
}

func outcomes(enrolments []Enrolment, first map[string]int, present map[string]Passport, isNew map[string]bool) []Outcome {
	out := make([]Outcome, len(enrolments))
	for i, e := range enrolments {
		position, known := first[e.Vehicle]
		switch {
		case !known:
			out[i].Refusal = ErrVehicleUnknown
			continue
		case position != i || !isNew[e.Vehicle]:
			out[i].Refusal = ErrAlreadyEnrolled
		}
		out[i].Passport = present[e.Vehicle]
	}
	return out
}

func names(passports []Passport) []string {
	out := make([]string, 0, len(passports))
	for _, p := range passports {
		out = append(out, p.Name())
	}
	return out
}
