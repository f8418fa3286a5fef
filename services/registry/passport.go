package registry

import (
	"strconv"
	"time"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
)

// Passport is the entry of one vehicle.
type Passport struct {
	// ID is a random UUID that says nothing about the vehicle.
	ID string
	// Vehicle is the UUID of the vault's handle of the bound VIN.
	Vehicle string
	// Tag is the vehicle's public tag, which follows from its VIN alone. Only services of the platform are told.
	Tag eventlist.Tag
	// Revision counts the states of the passport, from 1.
	Revision      int64
	Specification Specification
	LifeCycle     LifeCycle
	// EnrolledBy is the id of the member that opened the passport.
	EnrolledBy             string
	CreateTime, UpdateTime time.Time
	// OwnershipPeriods counts the holders so far, the present one included.
	OwnershipPeriods int
}

// Name is the resource name, "passports/<id>".
func (p Passport) Name() string { return "passports/" + p.ID }

// ETag names the passport's present state to clients.
func (p Passport) ETag() string { return "r" + strconv.FormatInt(p.Revision, 10) }

// PassportKey is the order of a member's passports: oldest first.
type PassportKey struct {
	CreateTime time.Time
	ID         string
}

// Key returns the passport's place in that order.
func (p Passport) Key() PassportKey { return PassportKey{p.CreateTime, p.ID} }

// Specification describes the vehicle as built.
type Specification struct {
	Make, Model, Variant string
	// FirstDate of production or registration: "YYYY", "YYYY-MM" or "YYYY-MM-DD"; empty when not known.
	FirstDate  string
	Colour     string
	Energy     string
	PowerWatts int64
}

// firstYear is that of the first motor car.
const firstYear = 1886

// check refuses a first date that no calendar has, that is before the first car, or that is to come. field is the path
// of the specification in the request.
func (s Specification) check(field string, now time.Time) error {
	if s.FirstDate == "" {
		return nil
	}
	layouts := map[int]string{4: "2006", 7: "2006-01", 10: time.DateOnly}
	date, err := time.Parse(layouts[len(s.FirstDate)], s.FirstDate)
	// A day of grace: the date is local, the clock is UTC.
	if err != nil || date.Year() < firstYear || date.After(now.AddDate(0, 0, 1)) {
		return apperr.InvalidField(field+".first_date", "not a date between %d and today", firstYear)
	}
	return nil
}

// CheckSpecification refuses a specification that cannot be true. field is its path in the request.
func (s *Service) CheckSpecification(spec Specification, field string) error {
	return spec.check(field, s.now())
}

// next returns the passport to be changed into its next revision.
func (p Passport) next(now time.Time) Passport {
	p.Revision++
	p.UpdateTime = now
	return p
}
