package registry

import (
	"context"
	"errors"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
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
	Tag        eventlist.Tag
	LifeCycle  LifeCycle
	EnrolledBy string
	CreateTime time.Time
}

// EnrolmentTx is what enrolling needs of a transaction.
type EnrolmentTx interface {
	Auditor
	MemberClass(ctx context.Context, member string) (MemberClass, error)
	// AddPassports opens passports, each with its first ownership period, and returns those of vehicles that had none, by
	// handle and by tag. No vehicle may occur twice.
	AddPassports(ctx context.Context, passports []NewPassport) ([]Passport, error)
	// PassportsTagged returns the passports of vehicles with the given tags, in no order.
	PassportsTagged(ctx context.Context, tags []eventlist.Tag) ([]Passport, error)
	PublishEnrolled(ctx context.Context, passports []Passport) error
	// RecordEnrolments records new passports of a member in the journal.
	RecordEnrolments(ctx context.Context, member string, passports []Passport) error
}

// BoundVehicles asks the vault for the tags of those vehicles that exist. It belongs before the transaction, which should not wait for
// another service; a handle once bound stays bound.
func (s *Service) BoundVehicles(ctx context.Context, enrolments []Enrolment) (map[string]eventlist.Tag, error) {
	vehicles := make([]string, 0, len(enrolments))
	for _, e := range enrolments {
		vehicles = append(vehicles, e.Vehicle)
	}
	return s.vehicles.Bound(ctx, vehicles)
}

// Enrol opens passports for a member, with one outcome an enrolment, in their order. Of enrolments of the same vehicle
// the first wins; a vehicle is the same under whatever handle when its tag is. bound comes from BoundVehicles.
func (s *Service) Enrol(ctx context.Context, tx EnrolmentTx, member string, enrolments []Enrolment, bound map[string]eventlist.Tag) ([]Outcome, error) {
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
	if err := tx.RecordEnrolments(ctx, member, added); err != nil {
		return nil, err
	}
	isNew := make(map[string]bool, len(added))
	for _, p := range added {
		isNew[p.Vehicle] = true
	}
	return outcomes(enrolments, first, bound, present, isNew), nil
}

// distinct returns the passport to open for each bound vehicle, made like template, and where each occurs first.
func (s *Service) distinct(enrolments []Enrolment, bound map[string]eventlist.Tag, template NewPassport) ([]NewPassport, map[string]int) {
	wanted := make([]NewPassport, 0, len(enrolments))
	first := make(map[string]int, len(enrolments))
	for i, e := range enrolments {
		tag, exists := bound[e.Vehicle]
		if _, seen := first[e.Vehicle]; seen || !exists {
			continue
		}
		first[e.Vehicle] = i
		p := template
		p.Enrolment, p.Tag = e, tag
		wanted = append(wanted, p)
	}
	return wanted, first
}

// present returns the passports of all wanted vehicles by tag, reading only those that were there before.
func (s *Service) present(ctx context.Context, tx EnrolmentTx, wanted []NewPassport, added []Passport) (map[eventlist.Tag]Passport, error) {
	present := make(map[eventlist.Tag]Passport, len(wanted))
	for _, p := range added {
		present[p.Tag] = p
	}
	var missing []eventlist.Tag
	for _, w := range wanted {
		if _, ok := present[w.Tag]; !ok {
			missing = append(missing, w.Tag)
		}
	}
	if len(missing) == 0 {
		return present, nil
	}
	before, err := tx.PassportsTagged(ctx, missing)
	if err != nil {
		return nil, err
	}
	for _, p := range before {
		present[p.Tag] = p
	}
	for _, tag := range missing {
		if _, ok := present[tag]; !ok {
			return nil, errors.New("registry: an enrolled vehicle has no passport")
		}
	}
	return present, nil
}

func outcomes(enrolments []Enrolment, first map[string]int, tags map[string]eventlist.Tag, present map[eventlist.Tag]Passport, isNew map[string]bool) []Outcome {
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
		out[i].Passport = present[tags[e.Vehicle]]
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
