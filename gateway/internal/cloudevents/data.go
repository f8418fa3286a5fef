package cloudevents

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/anypb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// maxDepth bounds the nesting of an event's data; no kind comes near it.
const maxDepth = 50

// kindPrefix begins the names of all kinds; naming the package here links them.
var kindPrefix = string(eventsv1.File_pcc_events_v1_odometer_proto.Package()) + "."

var strict = protojson.UnmarshalOptions{RecursionLimit: maxDepth}

// cloudEvent is the event in protobuf. Data of a type that is no kind stays text: it is ingest that says that there is no
// such type.
func (e *envelope) cloudEvent() (*pb.CloudEvent, *fault) {
	ce := &pb.CloudEvent{Id: e.id, Source: e.source, SpecVersion: e.specVersion, Type: e.kind, Attributes: e.attributes}
	kind := kindNamed(e.kind)
	switch {
	case e.data == nil:
	case kind == nil:
		ce.Data = &pb.CloudEvent_TextData{TextData: string(e.data)}
	default:
		message := kind.New().Interface()
		if err := strict.Unmarshal(e.data, message); err != nil {
			path, detail := faultIn(kind.Descriptor(), e.data)
			return nil, &fault{join("data", path), detail}
		}
		data := &anypb.Any{}
		if err := anypb.MarshalFrom(data, message, proto.MarshalOptions{Deterministic: true}); err != nil {
			return nil, &fault{"data", "the data has no form in protobuf"}
		}
		ce.Data = &pb.CloudEvent_ProtoData{ProtoData: data}
	}
	return ce, nil
}

// kindNamed returns the message of that name among the kinds, or nil. It also knows the messages that are parts of kinds,
// as which ingest refuses events.
func kindNamed(name string) protoreflect.MessageType {
	if !strings.HasPrefix(name, kindPrefix) {
		return nil
	}
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	if err != nil {
		return nil
	}
	return kind
}

// faultIn finds the field that makes a message unreadable, which the decoder's error names without its path: it reads every
// field by itself. The path has the names of the proto; it is "" when all are good alone.
func faultIn(m protoreflect.MessageDescriptor, text []byte) (path, detail string) {
	found := eachMember(text, func(name string, value []byte) *fault {
		field := m.Fields().ByJSONName(name)
		if field == nil {
			field = m.Fields().ByTextName(name)
		}
		if field == nil {
			return &fault{showable(name), "the event's type has no such field"}
		}
		if strict.Unmarshal(fmt.Appendf(nil, `{%q:%s}`, field.JSONName(), value), dynamicpb.NewMessage(m)) == nil {
			return nil
		}
		return faultBelow(field, value)
	})
	if found == nil {
		return "", "two of its fields exclude each other"
	}
	return found.field, found.detail
}

// faultBelow finds the fault in the value of a field that cannot be read.
func faultBelow(field protoreflect.FieldDescriptor, value []byte) *fault {
	name, wrong := string(field.Name()), &fault{string(field.Name()), "not a value of the field's type"}
	switch {
	case field.Message() == nil || field.IsMap() || strings.HasPrefix(string(field.Message().FullName()), "google.protobuf."):
		return wrong
	case !field.IsList():
		path, detail := faultIn(field.Message(), value)
		return &fault{join(name, path), detail}
	}
	var elements []json.RawMessage
	if json.NewDecoder(bytes.NewReader(value)).Decode(&elements) != nil {
		return wrong
	}
	for i, element := range elements {
		if strict.Unmarshal(element, dynamicpb.NewMessage(field.Message())) != nil {
			path, detail := faultIn(field.Message(), element)
			return &fault{join(fmt.Sprintf("%s[%d]", name, i), path), detail}
		}
	}
	return wrong
}

func join(parent, child string) string { return strings.Trim(parent+"."+child, ".") }
