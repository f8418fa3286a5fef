package history

import (
	"bufio"
	"encoding/json"
	"math/big"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// ocpiRecord is what a charge detail record or a session says of the vehicle.
// The two releases differ in the costs only, which are not read.
type ocpiRecord struct {
	Country string `json:"country_code"`
	Party   string `json:"party_id"`
	ID      string `json:"id"`
	Start   string `json:"start_date_time"`
	End     string `json:"end_date_time"`
	// TotalEnergy is a CDR's and KWh a session's, both in kWh.
	TotalEnergy json.Number `json:"total_energy"`
	KWh         json.Number `json:"kwh"`
	// Status is a session's.
	Status string    `json:"status"`
	Token  ocpiToken `json:"cdr_token"`
	// Credit marks a CDR that takes back the one of CreditReference.
	Credit          bool   `json:"credit"`
	CreditReference string `json:"credit_reference_id"`
}

// ocpiToken names the holder of a contract and never goes into an event.
type ocpiToken struct {
	UID      string `json:"uid"`
	Contract string `json:"contract_id"`
}

// openOCPI opens CDRs and sessions: an array of them, single ones one after the
// other, or the answer of an OCPI server with the objects in "data".
func openOCPI(in *bufio.Reader, options Options) (splitter, parser, error) {
	ids, err := readIdentities(options.Identities)
	if err != nil {
		return nil, nil, err
	}
	return newJSONItems(in, envelope{lists: []string{"data"}}), func(i item) ([]draft, *Rejection) {
		var r ocpiRecord
		if err := json.Unmarshal(i.data, &r); err != nil || r.ID == "" || r.Token == (ocpiToken{}) {
			return nil, refused(CodeRowMalformed, "the element is neither a CDR nor a session")
		}
		vin, code, reason := ids.vehicle(r.Token.Contract, r.Token.UID)
		return []draft{{vehicle: Vehicle{VIN: vin}, code: code, reason: reason, rows: []row{r.row()}}}, nil
	}, nil
}

func (r ocpiRecord) row() row {
	energy, object := r.TotalEnergy, "cdr"
	if energy == "" {
		energy, object = r.KWh, "session"
	}
	start, errStart := ocpiTime(r.Start)
	end, errEnd := ocpiTime(r.End)
	switch {
	case energy == "":
		return rejectedRow(CodeFieldMissing, "neither total_energy nor kwh is given")
	case object == "session" && r.Status != "COMPLETED":
		return rejectedRow(CodeNotFinished, "the session's status is not COMPLETED")
	case errStart != nil || errEnd != nil:
		return rejectedRow(CodeTimeInvalid, "start_date_time or end_date_time is not a time of OCPI")
	case end.Before(start):
		return rejectedRow(CodeTimeInvalid, "the charge ends before it starts")
	}
	if r.Credit {
		return r.credit(end)
	}
	wattHours, err := times(string(energy), big.NewRat(1000, 1))
	if err != nil {
		return rejectedRow(CodeFieldInvalid, "the energy is not a number")
	}
	return row{event: Event{
		Time: end, Precision: PrecisionSecond, Key: r.key(object, r.ID),
		Message: &eventsv1.ChargeSession{EnergyWh: wattHours, Duration: durationpb.New(end.Sub(start))},
	}}
}

// credit makes the correction of the charge that a credit CDR takes back.
func (r ocpiRecord) credit(at time.Time) row {
	if r.CreditReference == "" {
		return rejectedRow(CodeFieldMissing, "a credit CDR without credit_reference_id")
	}
	return row{event: Event{
		Time: at, Precision: PrecisionSecond, Key: r.key("cdr", r.ID),
		Message:  &eventsv1.Correction{Reason: "credited by the charge point operator"},
		Corrects: &Event{Key: r.key("cdr", r.CreditReference), Message: &eventsv1.ChargeSession{}},
	}}
}

// key is unique among all operators: ids are so within a party of a country only.
func (r ocpiRecord) key(object, id string) string {
	return strings.Join([]string{object, r.Country, r.Party, id}, "/")
}

// ocpiTime reads a time that is always UTC, with or without saying so.
func ocpiTime(text string) (time.Time, error) {
	at, precision, err := parseTime(text)
	if err == nil && (precision == PrecisionDay || at.Year() < 1) {
		return at, errNotTime
	}
	return at, err
}
