package history

import (
	"log/slog"
	"time"
)

// VIN is a vehicle identification number. It is personal data and prints as
// "[redacted]"; convert it to string to use it.
type VIN string

const redacted = "[redacted]"

// String implements [fmt.Stringer] without showing the VIN.
func (VIN) String() string { return redacted }

// GoString implements [fmt.GoStringer] without showing the VIN.
func (VIN) GoString() string { return redacted }

// LogValue implements [slog.LogValuer] without showing the VIN.
func (VIN) LogValue() slog.Value { return slog.StringValue(redacted) }

// Vehicle describes one vehicle. Fields the file does not have are empty.
type Vehicle struct {
	VIN VIN
	// Pseudonym is set when the file has no VIN; VIN is then its [TestVIN].
	Pseudonym string
	Make      string
	Model     string
	Variant   string
	Colour    string
	// Energy is the fuel as the file names it.
	Energy string
	// PowerWatts is the power of the engine, 0 when not known.
	PowerWatts int64
	// FirstRegistration is "YYYY-MM-DD", as the file has it.
	FirstRegistration string
}

// Precision says how much of a reading's time is known.
type Precision string

// Precisions of a time.
const (
	PrecisionDay    Precision = "day"
	PrecisionSecond Precision = "second"
)

// Unit is the unit of a mileage.
type Unit string

// Units of a mileage.
const (
	UnitKilometre Unit = "km"
	UnitMile      Unit = "mi"
)

// Kind says on what occasion a mileage was read.
type Kind string

// Kinds of a reading.
const (
	KindOdometer   Kind = "odometer"
	KindInspection Kind = "inspection"
)

// Nature says why a vehicle was inspected; empty when not known.
type Nature string

// Natures of an inspection.
const (
	NaturePeriodic            Nature = "periodic"
	NatureRetest              Nature = "retest"
	NatureComplementary       Nature = "complementary"
	NatureComplementaryRetest Nature = "complementary_retest"
	NatureOther               Nature = "other"
)

// Result is the outcome of an inspection; empty when not known.
type Result string

// Results of an inspection.
const (
	ResultPassed         Result = "passed"
	ResultRetestRequired Result = "retest_required"
	ResultRefused        Result = "refused"
	ResultAbandoned      Result = "abandoned"
	ResultOther          Result = "other"
)

// Reading is one mileage of a vehicle.
type Reading struct {
	// Line is the line of the file, from 1; Row the position in the line, from 1.
	Line int
	Row  int
	// Occurrence counts equal rows of the same vehicle, from 0.
	Occurrence int
	// Time is the source's wall clock written as UTC, because these files name no
	// zone; with PrecisionDay it is the beginning of the day.
	Time      time.Time
	Precision Precision
	// RawValue is the mileage as the file has it, never blank.
	RawValue string
	Unit     Unit
	Kind     Kind
	// Nature, Result and Centre belong to KindInspection.
	Nature Nature
	Result Result
	Centre string
}

// Code says why a row was rejected.
type Code string

// Codes of rejection.
const (
	CodeLineTooLong         Code = "LINE_TOO_LONG"
	CodeLineMalformed       Code = "LINE_MALFORMED"
	CodeVehicleUnidentified Code = "VEHICLE_UNIDENTIFIED"
	CodeVehicleRepeated     Code = "VEHICLE_REPEATED"
	CodeRowMalformed        Code = "ROW_MALFORMED"
	CodeReadingMissing      Code = "READING_MISSING"
	CodeTimeInvalid         Code = "TIME_INVALID"
	CodeUnitUnknown         Code = "UNIT_UNKNOWN"
	CodeKindUnknown         Code = "KIND_UNKNOWN"
)

// Rejection is one row that cannot become an event.
type Rejection struct {
	// Line is the line of the file, from 1; Row the position in the line, from 1,
	// or 0 when the whole line is refused.
	Line   int
	Row    int
	Code   Code
	Reason string
}

// Record is what one line of a file holds.
type Record struct {
	// Vehicle is zero when the line has no identified vehicle; Readings is then empty.
	Vehicle    Vehicle
	Readings   []Reading
	Rejections []Rejection
}
