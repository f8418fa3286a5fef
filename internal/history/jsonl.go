package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"

	"google.golang.org/protobuf/proto"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// jsonlVehicle is one line of the format "jsonl":
//
//	{"pseudonym":"car-1","make":"Example","first_registration":"2012-05-31","readings":[
//	  {"time":"2016-06-01","value":"61234","unit":"km","kind":"inspection","nature":"periodic","result":"passed"},
//	  {"time":"2017-06-03T09:41:00Z","value":"73021","unit":"km","kind":"odometer"}]}
//
// A line has a "vin" or a "pseudonym". Other fields than these are refused.
type jsonlVehicle struct {
	VIN               string            `json:"vin,omitempty"`
	Pseudonym         string            `json:"pseudonym,omitempty"`
	Make              string            `json:"make,omitempty"`
	Model             string            `json:"model,omitempty"`
	Variant           string            `json:"variant,omitempty"`
	Colour            string            `json:"colour,omitempty"`
	Energy            string            `json:"energy,omitempty"`
	PowerWatts        int64             `json:"power_watts,omitempty"`
	FirstRegistration string            `json:"first_registration,omitempty"`
	Readings          []json.RawMessage `json:"readings"`
}

type jsonlReading struct {
	// Time is a day, "YYYY-MM-DD", or a date and time of RFC 3339.
	Time string `json:"time"`
	// Value is the mileage as the source has it; blank means not obtained.
	Value  string `json:"value"`
	Unit   Unit   `json:"unit"`
	Kind   Kind   `json:"kind"`
	Nature Nature `json:"nature,omitempty"`
	Result Result `json:"result,omitempty"`
	Centre string `json:"centre,omitempty"`
}

func parseJSONL(line []byte) (draft, *Rejection) {
	var v jsonlVehicle
	if err := decodeStrict(line, &v); err != nil {
		return draft{}, refused(CodeLineMalformed, "the line is not a vehicle of this format")
	}
	rows := make([]row, len(v.Readings))
	for i, raw := range v.Readings {
		var reading jsonlReading
		if err := decodeStrict(raw, &reading); err != nil {
			rows[i] = rejectedRow(CodeRowMalformed, "the row is not a reading of this format")
			continue
		}
		rows[i] = reading.row()
	}
	return draft{vehicle: v.vehicle(), rows: rows}, nil
}

// vehicle leaves the VIN empty when the line names its vehicle twice or not at all.
func (v jsonlVehicle) vehicle() Vehicle {
	vin := VIN(v.VIN)
	switch {
	case v.VIN != "" && v.Pseudonym != "":
		vin = ""
	case v.Pseudonym != "":
		vin = TestVIN(v.Pseudonym)
	}
	return Vehicle{
		VIN: vin, Pseudonym: v.Pseudonym,
		Make: v.Make, Model: v.Model, Variant: v.Variant, Colour: v.Colour,
		Energy: v.Energy, PowerWatts: v.PowerWatts, FirstRegistration: v.FirstRegistration,
	}
}

func (r jsonlReading) row() row {
	if r.Value == "" {
		return rejectedRow(CodeReadingMissing, "no mileage was obtained")
	}
	if r.Unit != UnitKilometre && r.Unit != UnitMile {
		return rejectedRow(CodeUnitUnknown, "the unit is neither km nor mi")
	}
	if r.Kind != KindOdometer && r.Kind != KindInspection {
		return rejectedRow(CodeKindUnknown, "the kind is neither odometer nor inspection")
	}
	at, precision, err := parseTime(r.Time)
	if err != nil || at.Year() < 1 {
		return rejectedRow(CodeTimeInvalid, "the time is neither a day nor a time of RFC 3339")
	}
	return row{event: Event{Time: at, Precision: precision, Message: r.message()}}
}

// message takes a reading outside an inspection for one that the car reported.
func (r jsonlReading) message() proto.Message {
	if r.Kind == KindOdometer {
		return &eventsv1.OdometerReading{Odometer: &eventsv1.Odometer{
			RawValue: r.Value, RawUnit: r.Unit.proto(), Provenance: eventsv1.Provenance_PROVENANCE_OBD_READ,
		}}
	}
	return &eventsv1.Inspection{
		Odometer: inspectionTerminal(r.Value, r.Unit), Nature: r.Nature.proto(), Result: r.Result.proto(), Centre: r.Centre,
	}
}

// parseTime reads a day, or a date and time of ISO 8601. Where it has no zone, it
// is the source's wall clock, taken as UTC.
func parseTime(text string) (time.Time, Precision, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, PrecisionDay, nil
	}
	const wallClock = "2006-01-02T15:04:05"
	at, err := time.Parse(wallClock, text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	return at.UTC(), PrecisionSecond, err
}

// decodeStrict accepts exactly one JSON value with known fields.
func decodeStrict(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}
