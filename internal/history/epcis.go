package history

import (
	"bufio"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/history/epcis"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// Objects that carry a VIN.
const (
	vinURN  = "urn:vin:"
	giaiURN = "urn:epc:id:giai:" // company prefix, a point, and the VIN as the asset's number
)

// epcisReader reads EPCIS 2.0 documents, the answers of a query, or bare events.
type epcisReader struct {
	kinds kinds
	ids   identities
}

func openEPCIS(in *bufio.Reader, options Options) (splitter, parser, error) {
	known, err := newKinds()
	if err != nil {
		return nil, nil, err
	}
	ids, err := readIdentities(options.Identities)
	if err != nil {
		return nil, nil, err
	}
	r := epcisReader{kinds: known, ids: ids}
	return newJSONItems(in, envelope{
		inside: []string{"epcisBody", "queryResults", "resultsBody"}, lists: []string{"eventList"},
	}), r.parse, nil
}

func (r epcisReader) parse(i item) ([]draft, *Rejection) {
	var e epcis.Event
	if err := json.Unmarshal(i.data, &e); err != nil || e.Type == "" {
		return nil, refused(CodeRowMalformed, "the element is not an event of EPCIS 2.0")
	}
	at, err := time.Parse(time.RFC3339, e.EventTime)
	if at = at.UTC(); err != nil || at.Year() < 1 {
		return nil, refused(CodeTimeInvalid, "eventTime is not a time with a zone")
	}
	drafts := r.drafts(e)
	for n := range drafts {
		for k := range drafts[n].rows {
			drafts[n].rows[k] = epcisComplete(e, drafts[n].rows[k], at, k)
		}
	}
	if len(drafts) == 0 {
		return nil, refused(CodeVehicleUnidentified, "the event names no object that could be a vehicle")
	}
	return drafts, nil
}

// drafts has one draft for each vehicle of the event.
func (r epcisReader) drafts(e epcis.Event) []draft {
	switch {
	case e.Kind != "":
		return r.own(e)
	case e.Type == epcis.TypeObject:
		var drafts []draft
		for _, epc := range e.EPCList {
			d := r.vehicle(epc)
			d.rows = []row{epcisStep(e)}
			drafts = append(drafts, d)
		}
		return drafts
	case e.Type == epcis.TypeAssociation && e.ParentID != "":
		d := r.vehicle(e.ParentID)
		for _, part := range e.ChildEPCs {
			d.rows = append(d.rows, epcisPart(e.Action, part))
		}
		return withRows(d)
	case e.Type == epcis.TypeTransformation:
		return r.transformation(e)
	default:
		return []draft{{vehicle: Vehicle{}, code: CodeKindUnsupported, reason: "no event is made of this type", rows: []row{{}}}}
	}
}

// own gives back an event that the platform wrote.
func (r epcisReader) own(e epcis.Event) []draft {
	message, ok := r.kinds.empty(e.Kind)
	own := row{event: Event{Message: message}}
	switch {
	case !ok:
		own = rejectedRow(CodeKindUnknown, "pcc:kind is not a kind of event of pcc.events.v1")
	case protojson.Unmarshal(e.Data, message) != nil:
		own = rejectedRow(CodeRowMalformed, "pcc:data is not a message of its kind")
	}
	vehicles := e.EPCList
	if e.ParentID != "" {
		vehicles = []string{e.ParentID}
	}
	var drafts []draft
	for _, epc := range vehicles {
		d := r.vehicle(epc)
		d.rows = []row{own}
		drafts = append(drafts, d)
	}
	return drafts
}

// vehicle finds the vehicle of an object in the identities, or in its name.
func (r epcisReader) vehicle(epc string) draft {
	if vin, ok := r.ids[epc]; ok {
		return draft{vehicle: Vehicle{VIN: vin}}
	}
	if passport, ok := epcis.Passport(epc); ok {
		return draft{vehicle: Vehicle{Passport: passport}}
	}
	if text, ok := strings.CutPrefix(epc, vinURN); ok {
		return draft{vehicle: Vehicle{VIN: VIN(text)}}
	}
	if text, ok := strings.CutPrefix(epc, giaiURN); ok {
		_, asset, _ := strings.Cut(text, ".")
		if vin, ok := VIN(asset).normalise(); ok {
			return draft{vehicle: Vehicle{VIN: vin}}
		}
	}
	return draft{code: CodeVehicleUnidentified, reason: "the object is neither in the file of identities nor named by a VIN or passport"}
}

// transformation takes the one vehicle that came out of it; other inputs went
// into that vehicle, other outputs came out of it.
func (r epcisReader) transformation(e epcis.Event) []draft {
	whole := map[string]bool{}
	var found draft
	for _, epc := range e.OutputEPCList {
		if d := r.vehicle(epc); d.code == "" {
			whole[epc], found = true, d
		}
	}
	if len(whole) != 1 {
		return []draft{{code: CodeVehicleUnidentified, reason: "not exactly one vehicle came out of the transformation", rows: []row{{}}}}
	}
	for _, epc := range e.InputEPCList {
		if !whole[epc] {
			found.rows = append(found.rows, epcisPart(epcis.ActionAdd, epc))
		}
	}
	for _, epc := range e.OutputEPCList {
		if !whole[epc] {
			found.rows = append(found.rows, epcisPart(epcis.ActionDelete, epc))
		}
	}
	return withRows(found)
}

// withRows counts an event without parts as one row.
func withRows(d draft) []draft {
	if len(d.rows) == 0 {
		d.rows = []row{rejectedRow(CodeFieldMissing, "the event names no part")}
	}
	return []draft{d}
}

func epcisPart(action, epc string) row {
	number, serial := epcis.Part(epc)
	change := &eventsv1.PartChange{Kind: eventsv1.PartKind_PART_KIND_OTHER, PartNumber: number}
	switch action {
	case epcis.ActionAdd:
		change.InstalledSerial = serial
	case epcis.ActionDelete:
		change.RemovedSerial = serial
	default:
		return rejectedRow(CodeKindUnsupported, "the action neither adds nor removes the part")
	}
	return row{event: Event{Message: change}}
}

// epcisStep makes an event of what happened to one object.
func epcisStep(e epcis.Event) row {
	var message proto.Message
	switch epcis.ShortName(e.BizStep) {
	case epcis.StepInspecting:
		message = &eventsv1.Inspection{Result: epcisResult(e.Disposition).proto()}
	case epcis.StepRepairing:
		message = &eventsv1.Repair{}
	case epcis.StepDestroying:
		message = &eventsv1.Dismantled{}
	case epcis.StepSelling:
		message = &eventsv1.OwnershipChange{}
	default:
		switch epcis.ShortName(e.Disposition) {
		case epcis.DispositionStolen:
			message = &eventsv1.Theft{}
		case epcis.DispositionDamaged:
			message = &eventsv1.Incident{} // how badly, and whether airbags went off, the standard does not say
		default:
			return rejectedRow(CodeKindUnsupported, "no event is made of this business step and disposition")
		}
	}
	return row{event: Event{Message: message}}
}

func epcisResult(disposition string) Result {
	switch epcis.ShortName(disposition) {
	case "":
		return ""
	case epcis.DispositionConformant:
		return ResultPassed
	case epcis.DispositionNonConformant:
		return ResultRetestRequired
	default:
		return ResultOther
	}
}

// epcisComplete gives a row its time and identity, and makes it a correction when
// the event declares itself wrong.
func epcisComplete(e epcis.Event, r row, at time.Time, number int) row {
	if r.code != "" || r.event.Message == nil {
		return r
	}
	r.event.Time, r.event.Precision = at, PrecisionSecond
	if source, id, err := epcis.ParseEventURN(e.EventID); err == nil && strings.HasPrefix(source, platformSource) {
		r.event.ID, r.event.Source = id, source
	} else if e.EventID != "" {
		r.event.Key = e.EventID + "#" + strconv.Itoa(number)
	}
	if e.ErrorDeclaration == nil {
		return r
	}
	return epcisCorrection(e, r.event)
}

func epcisCorrection(e epcis.Event, wrong Event) row {
	if e.EventID == "" {
		return rejectedRow(CodeFieldMissing, "an error declaration without eventID: which event is wrong cannot be told")
	}
	at, err := time.Parse(time.RFC3339, e.ErrorDeclaration.DeclarationTime)
	if at = at.UTC(); err != nil || at.Year() < 1 {
		return rejectedRow(CodeTimeInvalid, "declarationTime is not a time with a zone")
	}
	correction := Event{
		Time: at, Precision: PrecisionSecond, Key: wrong.Key, Corrects: &wrong,
		Message: &eventsv1.Correction{Reason: epcis.ShortName(e.ErrorDeclaration.Reason)},
	}
	if source, id, err := epcis.ParseEventURN(e.ErrorDeclaration.Correction); err == nil {
		correction.ID, correction.Source = id, source
	}
	return row{event: correction}
}
