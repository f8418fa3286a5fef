package event

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

// Kinds lists the messages that can be an event, in the order of their files. A message of pcc.events.v1 that another
// one holds, such as Odometer, is a part of events and no kind itself.
func Kinds() []protoreflect.MessageDescriptor {
	var kinds []protoreflect.MessageDescriptor
	for _, file := range files() {
		messages := file.Messages()
		for i := range messages.Len() {
			if isKind(messages.Get(i)) {
				kinds = append(kinds, messages.Get(i))
			}
		}
	}
	return kinds
}

func files() []protoreflect.FileDescriptor {
	return []protoreflect.FileDescriptor{
		eventsv1.File_pcc_events_v1_odometer_proto,
		eventsv1.File_pcc_events_v1_usage_proto,
		eventsv1.File_pcc_events_v1_workshop_proto,
		eventsv1.File_pcc_events_v1_damage_proto,
		eventsv1.File_pcc_events_v1_register_proto,
	}
}

func isKind(m protoreflect.MessageDescriptor) bool {
	if m.ParentFile().Package() != eventsv1.File_pcc_events_v1_odometer_proto.Package() {
		return false
	}
	for _, file := range files() {
		messages := file.Messages()
		for i := range messages.Len() {
			if holds(messages.Get(i), m.FullName()) {
				return false
			}
		}
	}
	return true
}

func holds(message protoreflect.MessageDescriptor, part protoreflect.FullName) bool {
	fields := message.Fields()
	for i := range fields.Len() {
		if held := fields.Get(i).Message(); held != nil && held.FullName() == part {
			return true
		}
	}
	return false
}
