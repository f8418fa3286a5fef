package ingest

import (
	"crypto/sha256"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	// MaxEventBytes bounds one event.
	MaxEventBytes = 64 << 10
	// maxIDBytes and maxSourceBytes bound what names an event.
	maxIDBytes     = 128
	maxSourceBytes = 256
	// maxClockSkew is how far a source's clock may run ahead of the platform's.
	maxClockSkew = 5 * time.Minute

	// clockStep is what PostgreSQL keeps of a time, so that row and journal tell the same.
	clockStep = time.Microsecond

	fieldTime        = "attributes.time"
	specVersion      = "1.0"
	typeWithOdometer = "pcc.events.v1.OdometerReading"
	// PathInstalled is the mileage that a new instrument cluster shows, which is not the vehicle's.
	PathInstalled = "data.installed"
)

// firstCar is the beginning of 1886, the year of the first motor car: nothing happened to one before.
var firstCar = time.Date(1886, time.January, 1, 0, 0, 0, 0, time.UTC)

// Candidate is an event as it was read and before it is checked.
type Candidate struct {
	// Bytes is the CloudEvent in the one form that is hashed, journaled and stored.
	Bytes                   []byte
	ID, Source, SpecVersion string
	Type                    string
	Subject                 string
	// Time is zero when the event has none.
	Time time.Time
	// Malformed is set when the envelope itself could not be read in full.
	Malformed *Fault
	// Data is the event's own message as it stands in Bytes.
	Data []byte
	// KnownType says that Type is a kind of event; DataType is the type of the data, "" when there is none.
	KnownType bool
	DataType  string
	// Withheld is set when the data has confidential fields in the clear, or may have. The event is refused, and whatever it is
	// refused for, nothing of its content is kept.
	Withheld *Fault
	// DataFault is what the kind's own rules object to, if anything.
	DataFault *Fault
	// Odometers are the mileages in the data, in the order of their fields.
	Odometers []Odometer
	// Signature is the source's, nil when there is none or it cannot be read: then SignatureFault says why.
	Signature      *Signature
	SignatureFault *Fault
}

// Check returns the event, as far as the candidate alone tells, or the first fault of it. member is the caller's, now
// the time of acceptance.
func (c *Candidate) Check(member string, now time.Time) (Event, *Fault) {
	for _, check := range []func() *Fault{
		c.checkForm,
		func() *Fault { return c.Withheld },
		func() *Fault { return c.checkSource(member) },
		c.checkType,
		c.checkTime,
		func() *Fault { return c.DataFault },
	} {
		if fault := check(); fault != nil {
			return Event{}, fault
		}
	}
	passport, fault := parseSubject(c.Subject)
	if fault != nil {
		return Event{}, fault
	}
	metres, fault := c.odometer()
	if fault != nil {
		return Event{}, fault
	}
	return Event{
		Member: member, Key: Key{Source: c.Source, EventID: c.ID}, Type: c.Type, Passport: passport,
		OccurredAt: c.Time, ReceivedAt: now, Bytes: c.Bytes, Data: c.Data, ContentHash: sha256.Sum256(c.Bytes), OdometerMetres: metres,
	}, nil
}

func (c *Candidate) checkForm() *Fault {
	switch {
	case len(c.Bytes) > MaxEventBytes:
		return NewFault(ReasonEventTooLarge, "", "the event has more than %d bytes", MaxEventBytes)
	case c.Malformed != nil:
		return c.Malformed
	case len(c.ID) < 1 || len(c.ID) > maxIDBytes || !isVisibleASCII(c.ID):
		return NewFault(ReasonEventIDInvalid, "id", "not 1 to %d visible ASCII characters", maxIDBytes)
	case revealsVehicle(c.ID):
		return NewFault(ReasonIDRevealsVehicle, "id", "holds what looks like a VIN, which the journal could not forget")
	case revealsVehicle(c.Source):
		return NewFault(ReasonIDRevealsVehicle, "source", "holds what looks like a VIN, which the journal could not forget")
	case c.SpecVersion != specVersion:
		return NewFault(ReasonEventMalformed, "spec_version", "not %q", specVersion)
	}
	return nil
}

func (c *Candidate) checkSource(member string) *Fault {
	prefix := "/members/" + member + "/"
	if !strings.HasPrefix(c.Source, prefix) || len(c.Source) > maxSourceBytes || !isVisibleASCII(c.Source) {
		return NewFault(ReasonSourceForeign, "source", "not %q and what follows it, at most %d visible ASCII characters", prefix, maxSourceBytes)
	}
	return nil
}

func (c *Candidate) checkType() *Fault {
	switch {
	case !c.KnownType:
		return NewFault(ReasonTypeUnknown, "type", "not a kind of event of pcc.events.v1")
	case c.DataType != c.Type:
		return NewFault(ReasonTypeMismatch, "data", "the data is not a message of the event's type")
	}
	return nil
}

// checkTime leaves the future to inspection.checkClock.
func (c *Candidate) checkTime() *Fault {
	switch {
	case c.Time.IsZero():
		return NewFault(ReasonTimeMissing, fieldTime, "not a timestamp that says when the event happened")
	case c.Time.Before(firstCar):
		return NewFault(ReasonTimeBefore1886, fieldTime, "before there were cars")
	}
	return nil
}

// odometer checks every mileage and returns the one that is the vehicle's.
func (c *Candidate) odometer() (canonical *int64, fault *Fault) {
	for _, o := range c.Odometers {
		metres, fault := o.Metres()
		if fault != nil {
			return nil, fault
		}
		if canonical == nil && o.Path != PathInstalled {
			canonical = &metres
		}
	}
	if canonical == nil && c.Type == typeWithOdometer {
		return nil, NewFault(ReasonOdometerMissing, "data.odometer", "a reading without a mileage")
	}
	return canonical, nil
}

func parseSubject(subject string) (uuid.UUID, *Fault) {
	text, ok := strings.CutPrefix(subject, "passports/")
	id, err := uuid.Parse(text)
	// Only the canonical form: one passport has one name.
	if !ok || err != nil || id.String() != text {
		return uuid.UUID{}, NewFault(ReasonSubjectInvalid, "attributes.subject", "not a string of the form passports/{uuid}")
	}
	return id, nil
}

func isVisibleASCII(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}
