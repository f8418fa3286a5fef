package history

import (
	"bufio"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/proto"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// Keys under which the payloads list their elements.
const (
	catenaXVehicles = "vehicles"
	catenaXSessions = "diagnosticSessions"
	catenaXClaims   = "claims"
)

// States of a record against an earlier delivery.
const (
	catenaXUpdated = "updated"
	catenaXDeleted = "deleted"
)

// openCatenaX opens payloads of the aspect models Vehicles 4, DiagnosticData 3,
// ClaimData 3 and BatteryPass 6, which tell themselves apart.
func openCatenaX(in *bufio.Reader, options Options) (splitter, parser, error) {
	ids, err := readIdentities(options.Identities)
	if err != nil {
		return nil, nil, err
	}
	parsers := map[string]func(identities, []byte) (draft, *Rejection){
		catenaXVehicles: parseCatenaXVehicle, catenaXSessions: parseCatenaXSession,
		catenaXClaims: parseCatenaXClaim, "": parseCatenaXBattery,
	}
	items := newJSONItems(in, envelope{lists: []string{catenaXVehicles, catenaXSessions, catenaXClaims}})
	return items, func(i item) ([]draft, *Rejection) {
		d, rejection := parsers[i.list](ids, i.data)
		return []draft{d}, rejection
	}, nil
}

// catenaXSubject names the vehicle of an element, and the element's own state.
type catenaXSubject struct {
	AnonymizedVIN string `json:"anonymizedVIN"`
	VehicleID     string `json:"vehicleId"`
	RecordStatus  string `json:"recordStatus"`
}

// draft finds the vehicle in the identities where there are any, and takes it as
// a pseudonym otherwise.
func (s catenaXSubject) draft(ids identities) draft {
	if ids == nil {
		v := Vehicle{Pseudonym: s.AnonymizedVIN}
		if v.Pseudonym != "" {
			v.VIN = TestVIN("catenax:" + v.Pseudonym)
		}
		return draft{vehicle: v}
	}
	vin, code, reason := ids.vehicle(s.AnonymizedVIN, s.VehicleID)
	return draft{vehicle: Vehicle{VIN: vin}, code: code, reason: reason}
}

// settle applies the element's state to its rows. An update cannot be applied:
// what it replaces is known to the platform only as a whole.
func (s catenaXSubject) settle(rows []row) []row {
	for i := range rows {
		switch {
		case rows[i].code != "":
		case s.RecordStatus == catenaXUpdated:
			rows[i] = rejectedRow(CodeKindUnsupported, "an update of an earlier record: correct the event and send a new one")
		case s.RecordStatus == catenaXDeleted:
			original := rows[i].event
			rows[i].event.Corrects = &original
			rows[i].event.Message = &eventsv1.Correction{Reason: "deleted by the source"}
		}
	}
	return rows
}

type catenaXVehicle struct {
	catenaXSubject
	Make           string      `json:"wmiNameNHTSA"`
	Model          string      `json:"modelDescription"`
	Variant        string      `json:"modelIdentifier"`
	PowerTrain     string      `json:"powerTrainType"`
	PowerKilowatts json.Number `json:"driveSystemPower"`
}

// parseCatenaXVehicle describes a vehicle of a fleet; nothing in it is an event.
func parseCatenaXVehicle(ids identities, data []byte) (draft, *Rejection) {
	var v catenaXVehicle
	if err := json.Unmarshal(data, &v); err != nil {
		return draft{}, refused(CodeRowMalformed, "the element is not a vehicle of Catena-X")
	}
	d := v.draft(ids)
	d.vehicle.Make, d.vehicle.Model, d.vehicle.Variant, d.vehicle.Energy = v.Make, v.Model, v.Variant, v.PowerTrain
	if kilowatts, err := v.PowerKilowatts.Float64(); err == nil {
		d.vehicle.PowerWatts = watts(kilowatts)
	}
	if d.code != "" || !d.vehicle.identified() {
		d.rows = []row{{}} // so that the vehicle that is left out is counted
	}
	return d, nil
}

type catenaXSession struct {
	catenaXSubject
	ID          string       `json:"sessionId"`
	Start       string       `json:"sessionStart"`
	Mileage     json.Number  `json:"sessionMileage"`
	MileageUnit Unit         `json:"sessionMileageUnit"`
	ECUs        []catenaXECU `json:"ecus"`
}

type catenaXECU struct {
	ReadOut string `json:"readOutTimestamp"`
	DTCs    []struct {
		Name string `json:"fullName"`
	} `json:"dtcs"`
}

// parseCatenaXSession makes one reading of a diagnostic session, and one report of
// each control unit that has trouble codes.
func parseCatenaXSession(ids identities, data []byte) (draft, *Rejection) {
	var s catenaXSession
	if err := json.Unmarshal(data, &s); err != nil || s.ID == "" {
		return draft{}, refused(CodeRowMalformed, "the element is not a diagnostic session of Catena-X")
	}
	d := s.draft(ids)
	odometer := catenaXMileage(s.Mileage, s.MileageUnit, eventsv1.Provenance_PROVENANCE_OBD_READ)
	reading := rejectedRow(CodeReadingMissing, "the session has no mileage")
	if odometer != nil {
		reading = catenaXRow("session/"+s.ID, s.Start, &eventsv1.OdometerReading{Odometer: odometer})
	}
	rows := []row{reading}
	for n, ecu := range s.ECUs {
		if len(ecu.DTCs) == 0 {
			continue
		}
		report := &eventsv1.TroubleCodesReported{Odometer: odometer}
		for _, code := range ecu.DTCs {
			report.Codes = append(report.Codes, code.Name)
		}
		at := ecu.ReadOut
		if at == "" {
			at = s.Start
		}
		rows = append(rows, catenaXRow(fmt.Sprintf("session/%s/ecu/%d", s.ID, n), at, report))
	}
	d.rows = s.settle(rows)
	return d, nil
}

type catenaXClaim struct {
	catenaXSubject
	ID          string      `json:"claimId"`
	Repaired    string      `json:"repairDate"`
	Mileage     json.Number `json:"repairMileage"`
	MileageUnit Unit        `json:"repairMileageUnit"`
	DamageCode  string      `json:"damageCode"`
	Damage      string      `json:"damageCodeDescription"`
}

// parseCatenaXClaim makes a claim and the repair that it pays for. When a claim
// was settled, no payload says.
func parseCatenaXClaim(ids identities, data []byte) (draft, *Rejection) {
	var c catenaXClaim
	if err := json.Unmarshal(data, &c); err != nil || c.ID == "" {
		return draft{}, refused(CodeRowMalformed, "the element is not a claim of Catena-X")
	}
	d := c.draft(ids)
	repair := &eventsv1.Repair{Odometer: catenaXMileage(c.Mileage, c.MileageUnit, eventsv1.Provenance_PROVENANCE_GARAGE_SYSTEM)}
	for _, operation := range []string{c.DamageCode, c.Damage} {
		if operation != "" {
			repair.Operations = append(repair.Operations, operation)
		}
	}
	d.rows = c.settle([]row{
		catenaXRow("claim/"+c.ID, c.Repaired, &eventsv1.ClaimOpened{ClaimReference: c.ID}),
		catenaXRow("claim/"+c.ID, c.Repaired, repair),
	})
	return d, nil
}

func catenaXRow(key, at string, message proto.Message) row {
	when, precision, err := parseTime(at)
	if err != nil || when.Year() < 1 {
		return rejectedRow(CodeTimeInvalid, "the date of the row is neither a day nor a time")
	}
	return row{event: Event{Time: when, Precision: precision, Key: key, Message: message}}
}

// catenaXMileage returns nil for a mileage that is not available, which is
// written as -1 or not at all.
func catenaXMileage(value json.Number, unit Unit, provenance eventsv1.Provenance) *eventsv1.Odometer {
	if value == "" || value == "-1" || value == "-1.0" {
		return nil
	}
	return &eventsv1.Odometer{RawValue: string(value), RawUnit: unit.proto(), Provenance: provenance}
}

// catenaXBattery is what a battery passport says of the battery's state.
type catenaXBattery struct {
	Metadata struct {
		Passport string `json:"passportIdentifier"`
	} `json:"metadata"`
	Identification struct {
		DataMatrix     string `json:"idDmc"`
		Identification struct {
			Serial []struct {
				Value string `json:"value"`
			} `json:"serial"`
		} `json:"identification"`
	} `json:"identification"`
	Performance struct {
		Dynamic struct {
			StateOfCharge catenaXMeasured `json:"stateOfCharge"`
			Energy        struct {
				Certified catenaXMeasured `json:"soce"`
			} `json:"energy"`
		} `json:"dynamic"`
	} `json:"performance"`
}

// catenaXMeasured is a value in percent.
type catenaXMeasured struct {
	Value json.Number `json:"value"`
	Time  string      `json:"time"`
}

func parseCatenaXBattery(ids identities, data []byte) (draft, *Rejection) {
	var b catenaXBattery
	if err := json.Unmarshal(data, &b); err != nil || b.Metadata.Passport == "" {
		return draft{}, refused(CodeKindUnsupported, "not a payload of an aspect model that is read")
	}
	names := []string{b.Metadata.Passport, b.Identification.DataMatrix}
	for _, serial := range b.Identification.Identification.Serial {
		names = append(names, serial.Value)
	}
	vin, code, reason := ids.vehicle(names...)
	return draft{vehicle: Vehicle{VIN: vin}, code: code, reason: reason, rows: b.rows()}, nil
}

// rows takes the state of certified energy as the state of health. What was measured at the same time is one event.
func (b catenaXBattery) rows() []row {
	health, charge := b.Performance.Dynamic.Energy.Certified, b.Performance.Dynamic.StateOfCharge
	switch {
	case health.Value == "" && charge.Value == "":
		return []row{rejectedRow(CodeFieldMissing, "the passport has neither soce nor stateOfCharge")}
	case health.Value == "":
		return []row{batteryRow(charge.Time, "", charge.Value)}
	case charge.Value == "":
		return []row{batteryRow(health.Time, health.Value, "")}
	case health.Time == charge.Time:
		return []row{batteryRow(health.Time, health.Value, charge.Value)}
	default:
		return []row{batteryRow(health.Time, health.Value, ""), batteryRow(charge.Time, "", charge.Value)}
	}
}

func batteryRow(at string, health, charge json.Number) row {
	h, errHealth := permilleOf(string(health))
	c, errCharge := permilleOf(string(charge))
	if errHealth != nil || errCharge != nil {
		return rejectedRow(CodeFieldInvalid, "soce or stateOfCharge is no percentage")
	}
	return catenaXRow("", at, &eventsv1.BatteryMeasurement{StateOfHealthPermille: h, StateOfChargePermille: c})
}
