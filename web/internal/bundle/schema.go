package bundle

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/proto/event"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// tables are what schema.js holds.
type tables struct {
	messages map[protoreflect.FullName]protoreflect.MessageDescriptor
	enums    map[protoreflect.FullName]protoreflect.EnumDescriptor
}

// Schema writes the module schema.js: the messages that a leaf can hold with all that they hold, their enumerations, and the
// classes of events. It fails for a field of a kind that the verifier does not read.
func Schema() ([]byte, error) {
	t := tables{messages: map[protoreflect.FullName]protoreflect.MessageDescriptor{}, enums: map[protoreflect.FullName]protoreflect.EnumDescriptor{}}
	t.add((&ingestv1.JournaledEvent{}).ProtoReflect().Descriptor())
	t.add((&pb.CloudEvent{}).ProtoReflect().Descriptor())
	for _, kind := range event.Kinds() {
		t.add(kind)
	}
	var out bytes.Buffer
	out.WriteString("// Made by web/internal/bundle from the protos and from package eventlist: do not edit.\n\n")
	if err := t.writeMessages(&out); err != nil {
		return nil, err
	}
	t.writeEnums(&out)
	writeClasses(&out)
	return out.Bytes(), nil
}

// add takes a message with all messages and enumerations of its fields.
func (t tables) add(m protoreflect.MessageDescriptor) {
	if t.messages[m.FullName()] != nil {
		return
	}
	t.messages[m.FullName()] = m
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		if f.Message() != nil {
			t.add(f.Message())
		}
		if f.Enum() != nil {
			t.enums[f.Enum().FullName()] = f.Enum()
		}
	}
}

func (t tables) writeMessages(out *bytes.Buffer) error {
	out.WriteString("// Fields of messages by their numbers. With presence, absence is told from the default.\n")
	out.WriteString("export const messages = {\n")
	for _, name := range slices.Sorted(maps.Keys(t.messages)) {
		fmt.Fprintf(out, "  %q: {\n", name)
		fields := t.messages[name].Fields()
		for i := range fields.Len() {
			f := fields.Get(i)
			text, err := fieldText(f)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "    %d: { %s },\n", f.Number(), text)
		}
		out.WriteString("  },\n")
	}
	out.WriteString("};\n\n")
	return nil
}

// fieldText is a field as the verifier's decoder takes it.
func fieldText(f protoreflect.FieldDescriptor) (string, error) {
	kind, of := f.Kind().String(), ""
	switch f.Kind() {
	case protoreflect.BoolKind, protoreflect.Int32Kind, protoreflect.Int64Kind, protoreflect.StringKind, protoreflect.BytesKind:
	case protoreflect.EnumKind:
		of = string(f.Enum().FullName())
	case protoreflect.MessageKind:
		of = string(f.Message().FullName())
	default:
		return "", fmt.Errorf("bundle: the verifier reads no field of kind %s: %s", f.Kind(), f.FullName())
	}
	if f.IsList() && kind != "string" && kind != "message" {
		return "", fmt.Errorf("bundle: the verifier reads no list of %s: %s", kind, f.FullName())
	}
	if f.IsMap() {
		kind = "map"
	}
	parts := []string{fmt.Sprintf("name: %q, kind: %q", f.Name(), kind)}
	if of != "" {
		parts = append(parts, fmt.Sprintf("type: %q", of))
	}
	if f.IsList() {
		parts = append(parts, "repeated: true")
	}
	if f.HasPresence() {
		parts = append(parts, "presence: true")
	}
	if oneof := f.ContainingOneof(); oneof != nil && !oneof.IsSynthetic() {
		parts = append(parts, fmt.Sprintf("oneof: %q", oneof.Name()))
	}
	return strings.Join(parts, ", "), nil
}

func (t tables) writeEnums(out *bytes.Buffer) {
	out.WriteString("// Names of the values of enumerations.\nexport const enums = {\n")
	for _, name := range slices.Sorted(maps.Keys(t.enums)) {
		fmt.Fprintf(out, "  %q: {\n", name)
		values := t.enums[name].Values()
		for i := range values.Len() {
			fmt.Fprintf(out, "    %d: %q,\n", values.Get(i).Number(), values.Get(i).Name())
		}
		out.WriteString("  },\n")
	}
	out.WriteString("};\n\n")
}

func writeClasses(out *bytes.Buffer) {
	out.WriteString("// Classes of events in their order, and the class of each type.\nexport const classNames = [")
	for i, class := range eventlist.Classes() {
		if i > 0 {
			out.WriteString(", ")
		}
		fmt.Fprintf(out, "%q", class)
	}
	out.WriteString("];\nexport const classes = {\n")
	for _, kind := range event.Kinds() {
		if class, known := eventlist.ClassOf(string(kind.FullName())); known {
			fmt.Fprintf(out, "  %q: %q,\n", kind.FullName(), class)
		}
	}
	out.WriteString("};\n")
}
