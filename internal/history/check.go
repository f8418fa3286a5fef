package history

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// firstCar is the year before which the platform takes nothing.
const firstCar = 1886

// checker holds an event against the rules of its kind before it is sent, so
// that a dry run finds what the platform would refuse by form, with its line.
type checker struct {
	validator protovalidate.Validator
	mileage   *regexp.Regexp
}

func newChecker() (checker, error) {
	validator, err := protovalidate.New()
	if err != nil {
		return checker{}, fmt.Errorf("history: rules of the events: %w", err)
	}
	return checker{validator: validator, mileage: regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,3})?$`)}, nil
}

// event returns no code when nothing is wrong. Reasons never repeat values,
// which may be personal data.
func (c checker) event(e Event, of Vehicle) (code Code, reason string) {
	if of.VIN != "" && strings.Contains(strings.ToUpper(e.ID+e.Source), string(of.VIN)) {
		return CodeIDRevealsVehicle, "the event's id or source contains the VIN"
	}
	if e.Time.Year() < firstCar {
		return CodeTimeInvalid, fmt.Sprintf("before %d, the year of the first car", firstCar)
	}
	_, data, err := e.Resolve("")
	if err != nil {
		return CodeFieldInvalid, "a text is not UTF-8"
	}
	var invalid *protovalidate.ValidationError
	switch err := c.validator.Validate(data); {
	case errors.As(err, &invalid) && len(invalid.Violations) > 0:
		v := invalid.Violations[0].Proto
		return CodeFieldInvalid, fmt.Sprintf("%s: %s", protovalidate.FieldPathString(v.GetField()), v.GetMessage())
	case err != nil:
		return CodeFieldInvalid, "the rules of the kind cannot be applied"
	}
	if reading, ok := data.(*eventsv1.OdometerReading); ok && reading.GetOdometer() == nil {
		return CodeReadingMissing, "no mileage was obtained"
	}
	return c.mileages(data)
}

func (c checker) mileages(data proto.Message) (code Code, reason string) {
	data.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Message() == nil || field.IsList() {
			return true
		}
		o, is := value.Message().Interface().(*eventsv1.Odometer)
		switch {
		case !is:
		case o.GetRawUnit() == eventsv1.OdometerUnit_ODOMETER_UNIT_UNSPECIFIED:
			code, reason = CodeUnitUnknown, "the unit of a mileage is not stated; there is no default"
		case o.GetProvenance() == eventsv1.Provenance_PROVENANCE_UNSPECIFIED:
			code, reason = CodeFieldMissing, "how the mileage left the vehicle is not stated"
		case !c.mileage.MatchString(o.GetRawValue()):
			code, reason = CodeOdometerMalformed, "the mileage is not a number of at most 12 digits before and 3 after the point, not negative"
		case absurd(o):
			code, reason = CodeOdometerAbsurd, "the mileage is more than any counter can show"
		}
		return code == ""
	})
	return code, reason
}

// absurd reports whether a well-formed mileage is above the platform's bound, 7,000,000,000 km.
func absurd(o *eventsv1.Odometer) bool {
	const most = 7e12
	metres, err := strconv.ParseFloat(o.GetRawValue(), 64)
	switch o.GetRawUnit() {
	case eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE:
		metres *= 1000
	case eventsv1.OdometerUnit_ODOMETER_UNIT_MILE:
		metres *= 1609.344
	}
	return err != nil || metres > most
}
