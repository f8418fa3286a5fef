package history

import (
	"log/slog"
	"time"

	"google.golang.org/protobuf/proto"
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
	// VIN is empty when the file names the passport itself.
	VIN VIN
	// Passport is "passports/{passport}" where the file already speaks of passports.
	Passport string
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

// identified reports whether the vehicle can be found on the platform.
func (v Vehicle) identified() bool { return v.VIN != "" || v.Passport != "" }

// Precision says how much of an event's time is known.
type Precision string

// Precisions of a time.
const (
	PrecisionDay    Precision = "day"
	PrecisionSecond Precision = "second"
)

// Event is one row that became an event of pcc.events.v1.
type Event struct {
	// Line is the line of the file, from 1; Row the position in the line or in
	// the element that begins there, from 1.
	Line int
	Row  int
	// Occurrence counts equal rows of the same record, from 0.
	Occurrence int
	// Time is when it happened, in UTC. Where a file names no zone it is the
	// source's wall clock; with PrecisionDay it is the beginning of the day.
	Time      time.Time
	Precision Precision
	// Message is the event's data, of a kind of pcc.events.v1.
	Message proto.Message
	// Key is the source's own name of the row, such as the number of a test. With
	// it the id does not depend on the content, so a later edition of the row is
	// found out as such.
	Key string
	// Corrects is set with a Correction: the event, as it was imported, that the
	// source takes back.
	Corrects *Event
	// ID and Source are set where the file's events have an identity on the
	// platform already.
	ID, Source string
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
	CodeVINMalformed        Code = "VIN_MALFORMED"
	CodeFieldMissing        Code = "FIELD_MISSING"
	CodeFieldInvalid        Code = "FIELD_INVALID"
	CodeOdometerMalformed   Code = "ODOMETER_MALFORMED"
	CodeOdometerAbsurd      Code = "ODOMETER_ABSURD"
	CodeKindUnsupported     Code = "KIND_UNSUPPORTED"
	CodeNotFinished         Code = "NOT_FINISHED"
	CodeNotTheVehicle       Code = "NOT_THE_VEHICLE"
	CodeReleaseUnknown      Code = "RELEASE_UNKNOWN"
	CodeIDRevealsVehicle    Code = "ID_REVEALS_VEHICLE"
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

// Record is what one line of a file, or one element of a document, says of one
// vehicle.
type Record struct {
	// Vehicle is zero when the line has no identified vehicle; Events is then empty.
	Vehicle    Vehicle
	Events     []Event
	Rejections []Rejection
}
