package cloudevent

import (
	"fmt"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/pcc-platform/pcc/internal/confidential"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// Evidence reads what an accepted event says to adjudication and quality index.
func (d *Decoder) Evidence(e *ingest.Event) (ingest.Evidence, error) {
	content := e.Data
	if content == nil {
		ce := &pb.CloudEvent{}
		if err := proto.Unmarshal(e.Bytes, ce); err != nil {
			return ingest.Evidence{}, fmt.Errorf("cloudevent: envelope: %w", err)
		}
		content = ce.GetProtoData().GetValue()
	}
	k, known := d.kinds[e.Type]
	if !known {
		return ingest.Evidence{}, fmt.Errorf("cloudevent: no kind of event: %.80q", e.Type)
	}
	data := k.message.New()
	if err := proto.Unmarshal(content, data.Interface()); err != nil {
		return ingest.Evidence{}, fmt.Errorf("cloudevent: data: %w", err)
	}
	note, err := noteOf(data.Interface())
	if err != nil {
		return ingest.Evidence{}, err
	}
	return ingest.Evidence{
		Note: note, Mileage: k.mileageOf(data), Signal: signalOf(data.Interface(), e.OccurredAt), Completeness: k.completenessOf(data),
	}, nil
}

// mileageOf returns the mileage that is the vehicle's, as Candidate.Check chooses it.
func (k kind) mileageOf(m protoreflect.Message) *ingest.Mileage {
	for _, field := range k.odometers {
		if !m.Has(field) || "data."+string(field.Name()) == ingest.PathInstalled {
			continue
		}
		o, _ := m.Get(field).Message().Interface().(*eventsv1.Odometer)
		provenance := toProvenance(o.GetProvenance())
		return &ingest.Mileage{
			RawValue: o.GetRawValue(), RawUnit: adjudicationUnit(o.GetRawUnit()), Provenance: provenance, Kind: occasion(m.Interface(), provenance),
		}
	}
	return nil
}

// completenessOf counts the descriptive fields: messages, texts, lists, enumerations, and what may be left out. Other numbers and
// truth values do not count, for a 0 or a no may be meant. Nor do confidential fields: nobody sees which of them are filled.
func (k kind) completenessOf(m protoreflect.Message) quality.Millionths {
	if len(k.descriptive) == 0 {
		return quality.One
	}
	filled := 0
	for _, field := range k.descriptive {
		if m.Has(field) {
			filled++
		}
	}
	return quality.One * quality.Millionths(filled) / quality.Millionths(len(k.descriptive))
}

func descriptive(field protoreflect.FieldDescriptor) bool {
	if confidential.IsOrHolds(field) {
		return false
	}
	switch field.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind, protoreflect.StringKind, protoreflect.BytesKind, protoreflect.EnumKind:
		return true
	default:
		return field.IsList() || field.HasPresence()
	}
}

// occasion is why the mileage was read.
func occasion(m proto.Message, p adjudication.Provenance) adjudication.Kind {
	switch m.(type) {
	case *eventsv1.Inspection:
		return adjudication.KindInspection
	case *eventsv1.Service, *eventsv1.Repair, *eventsv1.PartChange, *eventsv1.TyreChange, *eventsv1.RecallPerformed,
		*eventsv1.TroubleCodesReported, *eventsv1.TroubleCodesCleared, *eventsv1.InstrumentClusterChange:
		return adjudication.KindService
	case *eventsv1.ChargeSession:
		return adjudication.KindCharge
	case *eventsv1.TripSummary:
		return adjudication.KindTrip
	case *eventsv1.OdometerReading:
		if p == adjudication.SignedECU || p == adjudication.OBD {
			return adjudication.KindConnected
		}
	}
	return adjudication.KindOther
}

// signalOf returns what an event that happened at a time says about the mileage besides its own, nil for most.
func signalOf(m proto.Message, at time.Time) *adjudication.Signal {
	switch m := m.(type) {
	case *eventsv1.Registration:
		if m.GetFirst() {
			return &adjudication.Signal{Kind: adjudication.FirstRegistration}
		}
	case *eventsv1.OwnershipChange:
		return &adjudication.Signal{Kind: adjudication.OwnershipChange}
	case *eventsv1.Import:
		return &adjudication.Signal{Kind: adjudication.Import, Unit: counterUnit(m.GetFromCountry())}
	case *eventsv1.Export:
		return &adjudication.Signal{Kind: adjudication.Export}
	case *eventsv1.InstrumentClusterChange:
		return clusterChange(m)
	case *eventsv1.TotalLossDeclared:
		return &adjudication.Signal{Kind: adjudication.TotalLoss}
	case *eventsv1.TotalLossLifted:
		return &adjudication.Signal{Kind: adjudication.TotalLossLifted}
	case *eventsv1.Dismantled:
		return &adjudication.Signal{Kind: adjudication.Dismantled}
	case *eventsv1.TripSummary:
		return &adjudication.Signal{Kind: adjudication.Trips, Since: at.Add(-m.GetDuration().AsDuration()), Amount: m.GetDistanceMetres()}
	case *eventsv1.ChargeSession:
		return &adjudication.Signal{Kind: adjudication.Charging, Since: at.Add(-m.GetDuration().AsDuration()), Amount: m.GetEnergyWh()}
	}
	return nil
}

func clusterChange(m *eventsv1.InstrumentClusterChange) *adjudication.Signal {
	removed, installed := metres(m.GetRemoved()), metres(m.GetInstalled())
	s := &adjudication.Signal{Kind: adjudication.ClusterChange, ValuesKnown: removed != nil && installed != nil}
	if s.ValuesKnown {
		s.Removed, s.Installed = *removed, *installed
	}
	return s
}

// metres is a mileage in metres, nil when there is none.
func metres(o *eventsv1.Odometer) *int64 {
	if o == nil {
		return nil
	}
	value, fault := ingest.Odometer{Raw: o.GetRawValue(), Unit: toUnit(o.GetRawUnit()), HasProvenance: true}.Metres()
	if fault != nil {
		return nil
	}
	return &value
}

// counterUnit is what odometers show in a country, as far as it is worth knowing: elsewhere than here they show kilometres.
func counterUnit(country string) adjudication.Unit {
	if country == "GB" || country == "US" {
		return adjudication.Mile
	}
	return adjudication.UnitUnknown
}

func adjudicationUnit(u eventsv1.OdometerUnit) adjudication.Unit {
	switch u {
	case eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE:
		return adjudication.Kilometre
	case eventsv1.OdometerUnit_ODOMETER_UNIT_MILE:
		return adjudication.Mile
	case eventsv1.OdometerUnit_ODOMETER_UNIT_METRE:
		return adjudication.Metre
	}
	return adjudication.UnitUnknown
}

func toProvenance(p eventsv1.Provenance) adjudication.Provenance {
	switch p {
	case eventsv1.Provenance_PROVENANCE_SIGNED_ECU:
		return adjudication.SignedECU
	case eventsv1.Provenance_PROVENANCE_OBD_READ:
		return adjudication.OBD
	case eventsv1.Provenance_PROVENANCE_INSPECTION_TERMINAL:
		return adjudication.InspectionTerminal
	case eventsv1.Provenance_PROVENANCE_GARAGE_SYSTEM:
		return adjudication.GarageSystem
	case eventsv1.Provenance_PROVENANCE_PHOTO:
		return adjudication.Photo
	case eventsv1.Provenance_PROVENANCE_TYPED:
		return adjudication.Typed
	}
	return adjudication.ProvenanceUnknown
}
