package ingest

import (
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Evidence is what the content of an event says to adjudication and quality index.
type Evidence struct {
	// Mileage is nil when the event has none.
	Mileage *Mileage
	// Signal is nil when the event does not bear on the mileage otherwise. Its event, source and time are the event's.
	Signal *adjudication.Signal
	// Note is nil when the event is not about another one. It has what the event's content says.
	Note *Note
	// Completeness is the share of the kind's descriptive fields that are filled.
	Completeness quality.Millionths
}

// Mileage is an event's mileage as its source has it; Event.OdometerMetres is the same in metres.
type Mileage struct {
	RawValue   string
	RawUnit    adjudication.Unit
	Provenance adjudication.Provenance
	Kind       adjudication.Kind
}

// feed is the provenance of an event without a mileage: a member's system sends it.
const feed = quality.GarageSystem

// Provenance is how the event's value left the vehicle.
func (e *Evidence) Provenance() quality.Provenance {
	if e.Mileage == nil {
		return feed
	}
	switch e.Mileage.Provenance {
	case adjudication.SignedECU:
		return quality.SignedECU
	case adjudication.OBD:
		return quality.OBDRead
	case adjudication.InspectionTerminal:
		return quality.InspectionTerminal
	case adjudication.GarageSystem:
		return quality.GarageSystem
	case adjudication.Photo:
		return quality.Photo
	case adjudication.Typed:
		return quality.Typed
	case adjudication.ProvenanceUnknown:
	}
	return ""
}

// dataKinds are the kinds of data that events are, by the short name of their type. What is not here is register data.
var dataKinds = map[string]quality.Kind{
	"OdometerReading": quality.Odometer, "InstrumentClusterChange": quality.Odometer, "TripSummary": quality.Odometer,
	"ChargeSession": quality.Odometer, "BatteryMeasurement": quality.Odometer, "Refuel": quality.Odometer, "Wash": quality.Odometer,
	"Inspection": quality.Odometer,

	"Service": quality.Repair, "Repair": quality.Repair, "PartChange": quality.Repair, "TyreChange": quality.Repair,
	"SoftwareUpdate": quality.Repair, "TroubleCodesReported": quality.Repair, "TroubleCodesCleared": quality.Repair,
	"RecallPerformed": quality.Repair,

	"Incident": quality.Incident, "ClaimOpened": quality.Incident, "ClaimClosed": quality.Incident,
	"TotalLossDeclared": quality.Incident, "TotalLossLifted": quality.Incident, "Theft": quality.Incident, "Recovery": quality.Incident,
}

const typePrefix = "pcc.events.v1."

// DataKind is the kind of data that an event of a type is.
func DataKind(eventType string) quality.Kind {
	if len(eventType) > len(typePrefix) {
		if kind, ok := dataKinds[eventType[len(typePrefix):]]; ok {
			return kind
		}
	}
	return quality.Register
}

// eventKey names an event for adjudication: it is the 16 bytes of its id.
func eventKey(id uuid.UUID) string { return string(id[:]) }

// EventOf is the id of the event that adjudication names by a key.
func EventOf(key string) (id uuid.UUID) {
	copy(id[:], key)
	return id
}

// reading is the event's mileage for adjudication, if it has one.
func (e *Event) reading(evidence *Evidence) (adjudication.Reading, bool) {
	if evidence.Mileage == nil || e.OdometerMetres == nil {
		return adjudication.Reading{}, false
	}
	const thousandth = quality.One / 1000
	return adjudication.Reading{
		EventID: eventKey(e.ID), Source: e.Member, Assurance: int(e.Quality.Inputs.BaseRate / thousandth),
		OccurredAt: e.OccurredAt, AcceptedAt: e.ReceivedAt, Metres: *e.OdometerMetres,
		RawValue: evidence.Mileage.RawValue, RawUnit: evidence.Mileage.RawUnit,
		Provenance: evidence.Mileage.Provenance, Kind: evidence.Mileage.Kind,
	}.Canonical(), true
}

// note is what the event says about another one, if it does.
func (e *Event) note(evidence *Evidence) (Note, bool) {
	if evidence.Note == nil {
		return Note{}, false
	}
	note := *evidence.Note
	note.Event, note.Passport, note.Member, note.Source, note.NotedAt = e.ID, e.Passport, e.Member, e.Source, e.ReceivedAt
	note.Class = e.Quality.Class
	return note, true
}

// signal is the event's signal for adjudication, if it is one.
func (e *Event) signal(evidence *Evidence) (adjudication.Signal, bool) {
	if evidence.Signal == nil {
		return adjudication.Signal{}, false
	}
	s := *evidence.Signal
	s.EventID, s.Source, s.OccurredAt = eventKey(e.ID), e.Member, e.OccurredAt
	return s, true
}

// dayOf counts days from 1970-01-01 in UTC.
func dayOf(t time.Time) int64 {
	const secondsPerDay = 24 * 60 * 60
	return t.Unix() / secondsPerDay
}
