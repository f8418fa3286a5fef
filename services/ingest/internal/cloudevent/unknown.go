package cloudevent

import (
	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// unknownInEnvelope is unknownField for an envelope, without reflection: every event comes by here.
func unknownInEnvelope(ce *pb.CloudEvent) (path string, found bool) {
	if hasUnknown(ce) {
		return "", true
	}
	for _, value := range ce.GetAttributes() {
		if hasUnknown(value) || value.GetCeTimestamp() != nil && hasUnknown(value.GetCeTimestamp()) {
			return "attributes", true
		}
	}
	if data := ce.GetProtoData(); data != nil && hasUnknown(data) {
		return "proto_data", true
	}
	return "", false
}

func hasUnknown(m proto.Message) bool { return len(m.ProtoReflect().GetUnknown()) > 0 }

// unknownField returns the path of the first message below m that has fields its type does not know.
func unknownField(m protoreflect.Message) (path string, found bool) {
	if len(m.GetUnknown()) > 0 {
		return "", true
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.Message() == nil || !m.Has(field) {
			continue
		}
		if path, found := unknownBelow(field, m.Get(field)); found {
			return join(string(field.Name()), path), true
		}
	}
	return "", false
}

func unknownBelow(field protoreflect.FieldDescriptor, value protoreflect.Value) (path string, found bool) {
	switch {
	case field.IsMap():
		if field.MapValue().Message() == nil {
			return "", false
		}
		value.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool {
			path, found = unknownField(v.Message())
			return !found
		})
	case field.IsList():
		for i := 0; i < value.List().Len() && !found; i++ {
			path, found = unknownField(value.List().Get(i).Message())
		}
	default:
		path, found = unknownField(value.Message())
	}
	return path, found
}
