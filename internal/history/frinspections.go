package history

import (
	"encoding/json"
	"math"
	"time"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// frVehicle is one line of the format "fr-inspections": a vehicle of the French
// register, under a pseudonym, with its technical inspections. The register's
// other attributes and events are not read.
type frVehicle struct {
	Vehicle           string            `json:"vehicle"`
	Make              string            `json:"make"`
	Model             string            `json:"model"`
	Variant           string            `json:"variant_tvv"`
	Colour            string            `json:"colour"`
	Fuel              string            `json:"fuel"`
	Kilowatts         float64           `json:"kw"`
	FirstRegistration string            `json:"first_registration"`
	Inspections       []json.RawMessage `json:"inspections"`
}

// frInspection is one inspection. Its end is not read: it says nothing of the
// mileage, is often blank and sometimes before the start.
type frInspection struct {
	Date string `json:"date"`
	// Start is blank before 2008 in most rows.
	Start  string `json:"start"`
	Nature string `json:"nature"`
	Result string `json:"result"`
	// Kilometres is blank when not obtained; 0 is a value like any other.
	Kilometres frKilometres `json:"km"`
	Centre     string       `json:"centre"`
}

// frKilometres is the text of a number, or blank for null and the empty string.
type frKilometres string

// UnmarshalJSON implements [json.Unmarshaler].
func (k *frKilometres) UnmarshalJSON(data []byte) error {
	if string(data) == `null` || string(data) == `""` {
		*k = ""
		return nil
	}
	var number json.Number
	err := json.Unmarshal(data, &number)
	*k = frKilometres(number)
	return err
}

func parseFrInspections(line []byte) (draft, *Rejection) {
	var v frVehicle
	if err := json.Unmarshal(line, &v); err != nil {
		return draft{}, refused(CodeLineMalformed, "the line is not a vehicle of this format")
	}
	rows := make([]row, len(v.Inspections))
	for i, raw := range v.Inspections {
		var inspection frInspection
		if err := json.Unmarshal(raw, &inspection); err != nil {
			rows[i] = rejectedRow(CodeRowMalformed, "the row is not an inspection of this format")
			continue
		}
		rows[i] = inspection.row()
	}
	return draft{vehicle: v.vehicle(), rows: rows}, nil
}

func (v frVehicle) vehicle() Vehicle {
	vehicle := Vehicle{
		Pseudonym: v.Vehicle, Make: v.Make, Model: v.Model, Variant: v.Variant, Colour: v.Colour,
		Energy: frEnergy(v.Fuel), FirstRegistration: v.FirstRegistration,
		PowerWatts: watts(v.Kilowatts),
	}
	if v.Vehicle != "" {
		vehicle.VIN = TestVIN(v.Vehicle)
	}
	return vehicle
}

// watts converts a power and takes values no engine has as not known.
func watts(kilowatts float64) int64 {
	const wattsPerKilowatt, maxKilowatts = 1000, 5000
	if kilowatts < 0 || kilowatts > maxKilowatts {
		return 0
	}
	return int64(math.Round(kilowatts * wattsPerKilowatt))
}

func (i frInspection) row() row {
	if i.Kilometres == "" {
		return rejectedRow(CodeReadingMissing, "no mileage was obtained")
	}
	at, precision, err := frTime(i.Date, i.Start)
	if err != nil || at.Year() < 1 {
		return rejectedRow(CodeTimeInvalid, "date and start are neither a day nor a time")
	}
	return row{event: Event{Time: at, Precision: precision, Message: &eventsv1.Inspection{
		Odometer: inspectionTerminal(string(i.Kilometres), UnitKilometre),
		Nature:   frNature(i.Nature).proto(), Result: frResult(i.Result).proto(), Centre: i.Centre,
	}}}
}

func frTime(date, start string) (time.Time, Precision, error) {
	if start == "" {
		day, err := time.Parse(time.DateOnly, date)
		return day, PrecisionDay, err
	}
	at, err := time.Parse(time.DateTime, date+" "+start)
	return at, PrecisionSecond, err
}

// frNature translates visite technique périodique, contre-visite, visite
// technique complémentaire and its contre-visite.
func frNature(code string) Nature {
	switch code {
	case "":
		return ""
	case "VTP":
		return NaturePeriodic
	case "CV":
		return NatureRetest
	case "VTC":
		return NatureComplementary
	case "CVC":
		return NatureComplementaryRetest
	default:
		return NatureOther
	}
}

// frResult translates the outcome; a second letter P marks a complementary
// inspection (pollution).
func frResult(code string) Result {
	switch code {
	case "":
		return ""
	case "A", "AP":
		return ResultPassed
	case "S", "SP":
		return ResultRetestRequired
	case "R":
		return ResultRefused
	default:
		return ResultOther
	}
}

// frEnergy translates the register's commonest codes and keeps the others.
func frEnergy(code string) string {
	switch code {
	case "GO":
		return "diesel"
	case "ES":
		return "petrol"
	case "EL":
		return "electric"
	case "EH":
		return "petrol hybrid"
	case "GH":
		return "diesel hybrid"
	default:
		return code
	}
}
