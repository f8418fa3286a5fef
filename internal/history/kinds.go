package history

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/pcc-platform/pcc/proto/event"
)

// kinds are the kinds of events by their full names.
type kinds map[string]protoreflect.MessageType

func newKinds() (kinds, error) {
	all := kinds{}
	for _, descriptor := range event.Kinds() {
		message, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
		if err != nil {
			return nil, fmt.Errorf("history: kind %s: %w", descriptor.FullName(), err)
		}
		all[string(descriptor.FullName())] = message
	}
	return all, nil
}

// empty returns a new message of a kind, or false when there is no such kind.
func (k kinds) empty(name string) (proto.Message, bool) {
	kind, ok := k[name]
	if !ok {
		return nil, false
	}
	return kind.New().Interface(), true
}
