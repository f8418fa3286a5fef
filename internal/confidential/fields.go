package confidential

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	optionsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/options/v1"
)

// sealedName is the type of the field that holds the others.
var sealedName = (*eventsv1.Sealed)(nil).ProtoReflect().Descriptor().FullName()

// Fields returns the confidential fields of a kind of event in the order of the proto, none for most kinds.
func Fields(kind protoreflect.MessageDescriptor) []protoreflect.FieldDescriptor {
	var found []protoreflect.FieldDescriptor
	for i := range kind.Fields().Len() {
		f := kind.Fields().Get(i)
		if isConfidential(f) {
			found = append(found, f)
		}
	}
	return found
}

// SealedField returns the field of a kind of event that holds its confidential ones sealed, nil for a kind without.
func SealedField(kind protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	for i := range kind.Fields().Len() {
		if f := kind.Fields().Get(i); isSealed(f) {
			return f
		}
	}
	return nil
}

// IsOrHolds says whether a field of a kind of event is confidential, or holds those that are.
func IsOrHolds(f protoreflect.FieldDescriptor) bool { return isConfidential(f) || isSealed(f) }

func isConfidential(f protoreflect.FieldDescriptor) bool {
	marked, _ := proto.GetExtension(f.Options(), optionsv1.E_Confidential).(bool)
	return marked
}

func isSealed(f protoreflect.FieldDescriptor) bool {
	return f.Message() != nil && f.Message().FullName() == sealedName
}

// take moves the confidential fields of m into a message of their own, nil when m has none.
func take(m protoreflect.Message) protoreflect.Message {
	var taken protoreflect.Message
	for _, f := range Fields(m.Descriptor()) {
		if !m.Has(f) {
			continue
		}
		if taken == nil {
			taken = m.New()
		}
		taken.Set(f, m.Get(f))
		m.Clear(f)
	}
	return taken
}

// onlyConfidential says that m, which was sealed, holds confidential fields and nothing else.
func onlyConfidential(m protoreflect.Message) bool {
	rest := proto.Clone(m.Interface()).ProtoReflect()
	return take(rest) != nil && proto.Size(rest.Interface()) == 0
}
