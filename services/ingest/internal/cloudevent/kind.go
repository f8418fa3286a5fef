package cloudevent

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/pcc-platform/pcc/internal/confidential"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// kind is a kind of event with what has to be found in it.
type kind struct {
	message protoreflect.MessageType
	// odometers are its fields of the type Odometer, in the order of the proto.
	odometers []protoreflect.FieldDescriptor
	// confidential are its fields that are taken only sealed.
	confidential []protoreflect.FieldDescriptor
	// descriptive are the fields by which an event's completeness is counted.
	descriptive []protoreflect.FieldDescriptor
}

func newKind(descriptor protoreflect.MessageDescriptor) (kind, error) {
	message, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	if err != nil {
		return kind{}, fmt.Errorf("cloudevent: %s: %w", descriptor.FullName(), err)
	}
	k := kind{message: message, confidential: confidential.Fields(descriptor)}
	odometer := (*eventsv1.Odometer)(nil).ProtoReflect().Descriptor().FullName()
	fields := descriptor.Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if descriptive(field) {
			k.descriptive = append(k.descriptive, field)
		}
		if field.Message() == nil || field.Message().FullName() != odometer {
			continue
		}
		if field.IsList() || field.IsMap() {
			return kind{}, fmt.Errorf("cloudevent: %s: a mileage must be a field of its own", field.FullName())
		}
		k.odometers = append(k.odometers, field)
	}
	return k, nil
}

// odometersOf returns the mileages that m has.
func (k kind) odometersOf(m protoreflect.Message) []ingest.Odometer {
	var found []ingest.Odometer
	for _, field := range k.odometers {
		if !m.Has(field) {
			continue
		}
		o, _ := m.Get(field).Message().Interface().(*eventsv1.Odometer)
		_, known := eventsv1.Provenance_name[int32(o.GetProvenance())]
		found = append(found, ingest.Odometer{
			Path: "data." + string(field.Name()), Raw: o.GetRawValue(), Unit: toUnit(o.GetRawUnit()),
			HasProvenance:   known && o.GetProvenance() != eventsv1.Provenance_PROVENANCE_UNSPECIFIED,
			SignedInVehicle: o.GetProvenance() == eventsv1.Provenance_PROVENANCE_SIGNED_ECU,
		})
	}
	return found
}

// inClear returns the fault of the first confidential field that m has in the clear. Most kinds have no such field, and pay
// nothing.
func (k kind) inClear(m protoreflect.Message) *ingest.Fault {
	for _, field := range k.confidential {
		if m.Has(field) {
			return ingest.NewFault(ingest.ReasonConfidentialInClear, "data."+string(field.Name()), "a confidential field, which is taken only sealed")
		}
	}
	return nil
}

func toUnit(u eventsv1.OdometerUnit) ingest.Unit {
	switch u {
	case eventsv1.OdometerUnit_ODOMETER_UNIT_KILOMETRE:
		return ingest.Kilometre
	case eventsv1.OdometerUnit_ODOMETER_UNIT_MILE:
		return ingest.Mile
	case eventsv1.OdometerUnit_ODOMETER_UNIT_METRE:
		return ingest.Metre
	}
	return ingest.UnitUnknown
}
