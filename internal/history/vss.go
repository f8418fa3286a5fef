package history

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"google.golang.org/protobuf/proto"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

var errNotTime = errors.New("not a date with a time")

// Releases of the Vehicle Signal Specification that are read.
const (
	vss51 = "5.1"
	vss60 = "6.0"
)

// Signals by their paths. The distance of the transmission has a name much like
// the vehicle's, and is that of a part.
const (
	vssDistance             = "Vehicle.TraveledDistance"
	vssTransmissionDistance = "Vehicle.Powertrain.Transmission.TravelledDistance"
	vssTroubleCodes         = "Vehicle.Diagnostics.DTCList"
	vssOBDTroubleCodes      = "Vehicle.OBD.DTCList" // until 5.1
	vssCharge               = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"
	vssHealth               = "Vehicle.Powertrain.TractionBattery.StateOfHealth"
)

// vssRecord is one line of the format "vss": a signal's value at a time.
//
//	{"vin":"0PC…","path":"Vehicle.TraveledDistance","value":61234.5,"unit":"km","timestamp":"2026-03-01T12:00:00Z","release":"5.1"}
//
// A line has a "vin" or a "pseudonym". Unit may be left out; where it stands, it
// has to be that of the release.
type vssRecord struct {
	VIN       string          `json:"vin,omitempty"`
	Pseudonym string          `json:"pseudonym,omitempty"`
	Path      string          `json:"path"`
	Value     json.RawMessage `json:"value"`
	Unit      string          `json:"unit,omitempty"`
	Timestamp string          `json:"timestamp"`
	Release   string          `json:"release,omitempty"`
}

func openVSS(in *bufio.Reader, options Options) (splitter, parser, error) {
	stated := options.VSSRelease
	if stated != "" && stated != vss51 && stated != vss60 {
		return nil, nil, fmt.Errorf("%w: VSS release %q is neither %s nor %s", ErrOption, stated, vss51, vss60)
	}
	return &lines{in: in}, func(i item) ([]draft, *Rejection) {
		var r vssRecord
		if err := decodeStrict(i.data, &r); err != nil {
			return nil, refused(CodeLineMalformed, "the line is not a signal of this format")
		}
		v := jsonlVehicle{VIN: r.VIN, Pseudonym: r.Pseudonym}.vehicle()
		return []draft{{vehicle: v, rows: []row{r.row(stated)}}}, nil
	}, nil
}

func (r vssRecord) row(stated string) row {
	release := r.Release
	if release == "" {
		release = stated
	}
	switch {
	case stated != "" && release != stated:
		return rejectedRow(CodeReleaseUnknown, "the record states another release of VSS than the import")
	case release != vss51 && release != vss60:
		return rejectedRow(CodeReleaseUnknown, "the release of VSS is not stated as %s or %s; there is no default", vss51, vss60)
	}
	at, precision, err := parseTime(r.Timestamp)
	if err != nil || precision == PrecisionDay || at.Year() < 1 {
		return rejectedRow(CodeTimeInvalid, "the timestamp is not a date with a time")
	}
	message, code, reason := r.message(release)
	return row{event: Event{Time: at, Precision: precision, Message: message}, code: code, reason: reason}
}

func (r vssRecord) message(release string) (message proto.Message, code Code, reason string) {
	switch {
	case r.Path == vssDistance:
		return r.distance(release)
	case r.Path == vssTroubleCodes, r.Path == vssOBDTroubleCodes && release == vss51:
		var codes []string
		if json.Unmarshal(r.Value, &codes) != nil || r.Unit != "" {
			return nil, CodeFieldInvalid, "the value is not a list of trouble codes without unit"
		}
		return &eventsv1.TroubleCodesReported{Codes: codes}, "", ""
	case r.Path == vssCharge, r.Path == vssHealth:
		return r.battery()
	case r.Path == vssTransmissionDistance:
		return nil, CodeNotTheVehicle, "the distance is that of the transmission, not of the vehicle"
	default:
		return nil, CodeKindUnsupported, "no event is made of this signal in this release"
	}
}

// distance keeps value and unit as they are: a float in km until 5.1, a uint32 in
// m from 6.0 on.
func (r vssRecord) distance(release string) (message proto.Message, code Code, reason string) {
	var value json.Number
	if err := json.Unmarshal(r.Value, &value); err != nil || value == "" {
		return nil, CodeReadingMissing, "the value is not a number"
	}
	unit := UnitKilometre
	if release == vss60 {
		unit = UnitMetre
		if _, err := strconv.ParseUint(string(value), 10, 32); err != nil {
			return nil, CodeFieldInvalid, "the value is not a uint32"
		}
	}
	if r.Unit != "" && r.Unit != string(unit) {
		return nil, CodeUnitUnknown, fmt.Sprintf("the unit is not %s, which it is in release %s", unit, release)
	}
	return &eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{
		RawValue: string(value), RawUnit: unit.proto(), VssVersion: release,
		Provenance: eventsv1.Provenance_PROVENANCE_OBD_READ,
	}}, "", ""
}

// battery reads a state of the battery, a float in percent in both releases. Each is a signal of its own, so the other is unknown.
func (r vssRecord) battery() (message proto.Message, code Code, reason string) {
	var value json.Number
	if err := json.Unmarshal(r.Value, &value); err != nil || value == "" {
		return nil, CodeReadingMissing, "the value is not a number"
	}
	if r.Unit != "" && r.Unit != "percent" {
		return nil, CodeUnitUnknown, "the unit is not percent"
	}
	state, err := permilleOf(string(value))
	if err != nil {
		return nil, CodeFieldInvalid, "the value is no percentage"
	}
	if r.Path == vssHealth {
		return &eventsv1.BatteryMeasurement{StateOfHealthPermille: state}, "", ""
	}
	return &eventsv1.BatteryMeasurement{StateOfChargePermille: state}, "", ""
}
