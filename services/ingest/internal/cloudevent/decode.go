// Package cloudevent reads events from their CloudEvents envelope for the checks, and finds what only the protobufs tell:
// unknown fields, the kind of the data, and breaches of the kind's own rules (buf.validate options in pcc.events.v1).
package cloudevent

import (
	"errors"
	"strings"

	"buf.build/go/protovalidate"
	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/pcc-platform/pcc/proto/event"
	"github.com/pcc-platform/pcc/services/ingest"
)

// Decoder reads events. It is safe for concurrent use.
type Decoder struct {
	kinds     map[string]kind
	validator protovalidate.Validator
}

// NewDecoder returns a decoder of all kinds of events.
func NewDecoder() (*Decoder, error) {
	validator, err := protovalidate.New()
	if err != nil {
		return nil, err
	}
	d := &Decoder{kinds: make(map[string]kind), validator: validator}
	for _, descriptor := range event.Kinds() {
		k, err := newKind(descriptor)
		if err != nil {
			return nil, err
		}
		d.kinds[string(descriptor.FullName())] = k
	}
	return d, nil
}

// Decode reads an event as received.
func (d *Decoder) Decode(ce *pb.CloudEvent) ingest.Candidate {
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(ce)
	if err != nil {
		return ingest.Candidate{Malformed: unreadable()}
	}
	return d.read(ce, bytes)
}

// DecodeBytes reads an event that was kept.
func (d *Decoder) DecodeBytes(bytes []byte) ingest.Candidate {
	ce := &pb.CloudEvent{}
	if err := proto.Unmarshal(bytes, ce); err != nil {
		return ingest.Candidate{Bytes: bytes, Malformed: unreadable()}
	}
	return d.read(ce, bytes)
}

func unreadable() *ingest.Fault {
	return ingest.NewFault(ingest.ReasonEventMalformed, "", "not a CloudEvent")
}

func (d *Decoder) read(ce *pb.CloudEvent, bytes []byte) ingest.Candidate {
	c := ingest.Candidate{
		Bytes: bytes, ID: ce.GetId(), Source: ce.GetSource(), SpecVersion: ce.GetSpecVersion(), Type: ce.GetType(),
		Subject: ce.GetAttributes()[event.AttributeSubject].GetCeString(),
	}
	if len(bytes) > ingest.MaxEventBytes {
		return c // refused whatever is in it
	}
	// The data first, and also under another type: what has confidential fields in the clear is not kept, whatever else is wrong.
	c.DataType = dataType(ce.GetProtoData())
	if k, readable := d.kinds[c.DataType]; readable {
		c.Data = ce.GetProtoData().GetValue()
		d.readData(k, &c)
	}
	if path, found := unknownInEnvelope(ce); found {
		c.Malformed = ingest.NewFault(ingest.ReasonEventMalformed, path, "a field that CloudEvents 1.0 does not have")
		return c
	}
	if at := ce.GetAttributes()[event.AttributeTime].GetCeTimestamp(); at.CheckValid() == nil {
		c.Time = at.AsTime()
	}
	_, c.KnownType = d.kinds[c.Type]
	return c
}

func dataType(data *anypb.Any) string {
	url := data.GetTypeUrl()
	return url[strings.LastIndexByte(url, '/')+1:]
}

// readData finds what is in the candidate's data, and what is wrong with it.
func (d *Decoder) readData(k kind, c *ingest.Candidate) {
	m := k.message.New()
	if err := proto.Unmarshal(c.Data, m.Interface()); err != nil {
		c.DataFault = ingest.NewFault(ingest.ReasonEventMalformed, "data", "the data cannot be read as its type")
		if k.confidential != nil {
			c.Withheld = c.DataFault // it may hold anything
		}
		return
	}
	if c.Withheld = k.inClear(m); c.Withheld != nil {
		return
	}
	if path, found := unknownField(m); found {
		c.DataFault = ingest.NewFault(ingest.ReasonEventMalformed, join("data", path), "a field that the event's type does not have")
		return
	}
	c.Odometers, c.DataFault = k.odometersOf(m), d.breach(m.Interface())
}

// breach returns the first rule of the kind that the message breaks.
func (d *Decoder) breach(m proto.Message) *ingest.Fault {
	var invalid *protovalidate.ValidationError
	if err := d.validator.Validate(m); !errors.As(err, &invalid) || len(invalid.Violations) == 0 {
		return nil
	}
	v := invalid.Violations[0].Proto
	return ingest.NewFault(ingest.ReasonFieldInvalid, join("data", protovalidate.FieldPathString(v.GetField())), "%s", v.GetMessage())
}

func join(parent, child string) string {
	return strings.Trim(parent+"."+child, ".")
}
