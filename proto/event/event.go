// Package event helps sources build the events that the platform takes: a message of pcc.events.v1 in a CloudEvents 1.0
// envelope.
package event

import (
	"errors"
	"fmt"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Names in the envelope.
const (
	// SpecVersion is the version of CloudEvents.
	SpecVersion = "1.0"
	// AttributeSubject is the attribute that names the passport, a ce_string.
	AttributeSubject = "subject"
	// AttributeTime is the attribute that says when the event happened, a ce_timestamp.
	AttributeTime = "time"
)

// Errors of New. The platform checks more than these, see pcc.ingest.v1.Rejection.
var (
	ErrNotAKind   = errors.New("event: not a kind of event")
	ErrIncomplete = errors.New("event: id, source, passport and time are required")
)

// New puts msg, a message of one of the Kinds, into an envelope. id is the source's own and unique within source;
// source begins with "/members/{member}/"; passport is "passports/{passport}"; at is when it happened.
//
// The same arguments give the same bytes, so that sending them again has no second effect.
func New(id, source, passport string, at time.Time, msg proto.Message) (*pb.CloudEvent, error) {
	name := msg.ProtoReflect().Descriptor().FullName()
	if !isKind(msg.ProtoReflect().Descriptor()) {
		return nil, fmt.Errorf("%w: %s", ErrNotAKind, name)
	}
	if id == "" || source == "" || passport == "" || at.IsZero() {
		return nil, ErrIncomplete
	}
	data := &anypb.Any{}
	if err := anypb.MarshalFrom(data, msg, proto.MarshalOptions{Deterministic: true}); err != nil {
		return nil, fmt.Errorf("event: marshal %s: %w", name, err)
	}
	return &pb.CloudEvent{
		Id: id, Source: source, SpecVersion: SpecVersion, Type: string(name),
		Attributes: map[string]*pb.CloudEventAttributeValue{
			AttributeSubject: {Attr: &pb.CloudEventAttributeValue_CeString{CeString: passport}},
			AttributeTime:    {Attr: &pb.CloudEventAttributeValue_CeTimestamp{CeTimestamp: timestamppb.New(at)}},
		},
		Data: &pb.CloudEvent_ProtoData{ProtoData: data},
	}, nil
}
