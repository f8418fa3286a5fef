package probe

import (
	"regexp"
	"strings"
	"time"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// maxDepth bounds how deep messages in messages are filled.
const maxDepth = 4

// references are fields that name things without a rule for their form.
var references = map[string]bool{"name": true, "parent": true, "page_token": true, "vin": true, "request_id": true, "principal": true}

// Requests returns requests for a method: for each of the values that fits a field which names something, one with the value in
// all such fields; and one of plain values if none fits.
func Requests(m protoreflect.MethodDescriptor, values []string) []proto.Message {
	var out []proto.Message
	for _, v := range values {
		f := filler{values: append([]string{v}, values...), wanted: v}
		request := dynamicpb.NewMessage(m.Input())
		f.fill(request, 0)
		if f.used {
			out = append(out, request)
		}
	}
	if len(out) == 0 {
		request := dynamicpb.NewMessage(m.Input())
		(&filler{values: values}).fill(request, 0)
		out = append(out, request)
	}
	return out
}

// filler fills messages with the first of its values that fits, else with plain ones. It notes whether it used the wanted one.
type filler struct {
	values []string
	wanted string
	used   bool
}

func (f *filler) fill(m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.IsMap() || depth == maxDepth || field.ContainingOneof() != nil && m.WhichOneof(field.ContainingOneof()) != nil {
			continue
		}
		if field.IsList() {
			list := m.Mutable(field).List()
			if field.Message() != nil {
				f.fill(list.AppendMutable().Message(), depth+1)
			} else if v := f.scalar(field, rulesOf(field).GetRepeated().GetItems()); v.IsValid() {
				list.Append(v)
			}
			continue
		}
		if field.Message() != nil {
			f.message(m.Mutable(field).Message(), depth+1)
		} else if v := f.scalar(field, rulesOf(field)); v.IsValid() {
			m.Set(field, v)
		}
	}
}

// message fills times and lapses of time with ones that most rules bear.
func (f *filler) message(m protoreflect.Message, depth int) {
	seconds := m.Descriptor().Fields().ByName("seconds")
	switch m.Descriptor().FullName() {
	case "google.protobuf.Timestamp":
		m.Set(seconds, protoreflect.ValueOfInt64(time.Now().Add(-time.Hour).Unix()))
	case "google.protobuf.Duration":
		m.Set(seconds, protoreflect.ValueOfInt64(3600))
	case "google.protobuf.Any":
	default:
		f.fill(m, depth)
	}
}

func (f *filler) scalar(field protoreflect.FieldDescriptor, rules *validate.FieldRules) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(f.text(string(field.Name()), rules.GetString()))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(make([]byte, 32))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(1)
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(1)
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(1)
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(1)
	default:
		return protoreflect.Value{}
	}
}

// text is the first value that fits a field which names something, else a plain one that fits, else "probe".
func (f *filler) text(field string, rules *validate.StringRules) string {
	if rules.GetPattern() != "" || rules.GetUuid() || references[field] {
		for _, v := range f.values {
			if fits(rules, v) {
				f.used = f.used || v == f.wanted
				return v
			}
		}
	}
	if field == "page_token" {
		return "" // any other is refused before anything else is looked at
	}
	for _, v := range []string{"00000000-0000-4000-8000-000000000000", "1.00", "2026-01-01", "2026-01", "AB", "probe"} {
		if fits(rules, v) {
			return v
		}
	}
	return "probe"
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func fits(rules *validate.StringRules, v string) bool {
	switch {
	case rules.GetUuid():
		return uuid.MatchString(v)
	case rules.GetPattern() != "":
		return regexp.MustCompile(rules.GetPattern()).MatchString(v)
	case rules.HasMaxLen() && uint64(len(v)) > rules.GetMaxLen(), uint64(len(v)) < rules.GetMinLen():
		return false
	}
	return !strings.ContainsAny(v, "\n")
}

func rulesOf(field protoreflect.FieldDescriptor) *validate.FieldRules {
	rules, _ := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
	return rules
}
