package epcis

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// Contexts of JSON-LD.
const (
	gs1Context = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
	pccContext = "urn:pcc:epcis:"
)

// ErrNotAnEvent says that an envelope has no data or no time.
var ErrNotAnEvent = errors.New("epcis: not an event of a passport")

// Write writes events of passports as one document, in their order. A Correction
// becomes the corrected event again, with an error declaration, as EPCIS has it,
// when that event is among them, and an event of its own otherwise.
func Write(w io.Writer, created time.Time, events []*pb.CloudEvent) error {
	document := Document{
		Context: []any{gs1Context, map[string]string{"pcc": pccContext}},
		Type:    TypeDocument, SchemaVersion: SchemaVersion, CreationDate: created.UTC().Format(time.RFC3339),
		Body: Body{EventList: make([]Event, 0, len(events))},
	}
	written := map[string]Event{}
	for _, ce := range events {
		e, err := convert(ce, written)
		if err != nil {
			return fmt.Errorf("epcis: event %d: %w", len(document.Body.EventList), err)
		}
		written[e.EventID] = e
		document.Body.EventList = append(document.Body.EventList, e)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		return fmt.Errorf("epcis: write: %w", err)
	}
	return nil
}

func convert(ce *pb.CloudEvent, written map[string]Event) (Event, error) {
	at := ce.GetAttributes()[event.AttributeTime].GetCeTimestamp()
	if ce.GetProtoData() == nil || !at.IsValid() {
		return Event{}, ErrNotAnEvent
	}
	message, err := ce.GetProtoData().UnmarshalNew()
	if err != nil {
		return Event{}, err
	}
	when := at.AsTime().Format(time.RFC3339Nano)
	if c, ok := message.(*eventsv1.Correction); ok {
		if wrong, ok := written[EventURN(ce.GetSource(), c.GetCorrectedEventId())]; ok {
			wrong.ErrorDeclaration = &ErrorDeclaration{
				DeclarationTime: when, Reason: c.GetReason(), Correction: EventURN(ce.GetSource(), ce.GetId()),
			}
			return wrong, nil
		}
	}
	data, err := protojson.Marshal(message)
	if err != nil {
		return Event{}, err
	}
	e := describe(message, PassportURN(ce.GetAttributes()[event.AttributeSubject].GetCeString()))
	e.EventID, e.EventTime, e.ZoneOffset = EventURN(ce.GetSource(), ce.GetId()), when, "+00:00"
	e.Kind, e.Data = string(message.ProtoReflect().Descriptor().FullName()), data
	return e, nil
}

// describe says in the standard's own words what happened to the vehicle.
func describe(message proto.Message, vehicle string) Event {
	e := Event{Type: TypeObject, Action: ActionObserve, EPCList: []string{vehicle}}
	switch m := message.(type) {
	case *eventsv1.Inspection:
		e.BizStep, e.Disposition = StepInspecting, disposition(m.GetResult())
	case *eventsv1.Repair:
		e.BizStep = StepRepairing
	case *eventsv1.Dismantled:
		e.BizStep, e.Action = StepDestroying, ActionDelete
	case *eventsv1.Theft:
		e.Disposition = DispositionStolen
	case *eventsv1.Incident:
		e.Disposition = DispositionDamaged
	case *eventsv1.PartChange:
		return association(m, vehicle)
	}
	return e
}

func disposition(result eventsv1.InspectionResult) string {
	switch result {
	case eventsv1.InspectionResult_INSPECTION_RESULT_PASSED:
		return DispositionConformant
	case eventsv1.InspectionResult_INSPECTION_RESULT_RETEST_REQUIRED, eventsv1.InspectionResult_INSPECTION_RESULT_REFUSED:
		return DispositionNonConformant
	default:
		return ""
	}
}

// association names the installed part, and of an exchange that part only: the
// standard has no event that takes one out and puts one in.
func association(m *eventsv1.PartChange, vehicle string) Event {
	e := Event{Type: TypeAssociation, ParentID: vehicle, Action: ActionAdd, BizStep: StepInstalling}
	switch {
	case m.GetInstalledSerial() == "":
		e.Action, e.BizStep, e.ChildEPCs = ActionDelete, StepRemoving, []string{PartURN(m.GetPartNumber(), m.GetRemovedSerial())}
		return e
	case m.GetRemovedSerial() != "":
		e.BizStep = StepReplacing
	}
	e.ChildEPCs = []string{PartURN(m.GetPartNumber(), m.GetInstalledSerial())}
	return e
}
