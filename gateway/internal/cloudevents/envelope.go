package cloudevents

import (
	"encoding/json"
	"mime"
	"net/url"
	"regexp"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/proto/event"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	attributeSchema = "dataschema"
	jsonType        = "application/json"
	// maxShownID and maxShownSource bound what an answer repeats of an event that could not be read.
	maxShownID, maxShownSource = 128, 256
)

var (
	extensionName = regexp.MustCompile(`^[a-z0-9]{1,64}$`)
	shown         = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
)

// fault is what is wrong with an event: the path of the field in ingest's names, and a sentence without the event's values.
type fault struct{ field, detail string }

func showable(name string) string {
	if shown.MatchString(name) {
		return name
	}
	return ""
}

// envelope is an event in JSON with its attributes apart.
type envelope struct {
	id, source, specVersion, kind string
	attributes                    map[string]*pb.CloudEventAttributeValue
	data                          []byte // nil when there is none
}

// read takes an event apart. What was read before a fault stays, to name the event by.
func (e *envelope) read(text []byte) *fault {
	e.attributes = map[string]*pb.CloudEventAttributeValue{}
	return eachMember(text, func(name string, value []byte) *fault {
		if string(value) == "null" { // the same as not being there
			return nil
		}
		switch name {
		case "id":
			return textInto(&e.id, value, "id")
		case "source":
			return textInto(&e.source, value, "source")
		case "specversion":
			return textInto(&e.specVersion, value, "spec_version")
		case "type":
			return textInto(&e.kind, value, "type")
		case "data":
			e.data = value
			return nil
		case "data_base64":
			return &fault{field: "data", detail: "not JSON; use the protobuf format for data in bytes"}
		}
		return e.readAttribute(name, value)
	})
}

// readAttribute reads what the protobuf format has in its map. The data's content type has no place there: the data leaves
// here as a protobuf, whatever it came as, and is the same event on every channel.
func (e *envelope) readAttribute(name string, value []byte) *fault {
	field := "attributes." + showable(name)
	if name == "datacontenttype" {
		return checkContentType(field, value)
	}
	if !extensionName.MatchString(name) {
		return &fault{field: "attributes", detail: "the name of an attribute has only lower-case letters and digits"}
	}
	attribute, fault := readValue(name, field, value)
	if fault == nil {
		e.attributes[name] = attribute
	}
	return fault
}

func checkContentType(field string, value []byte) *fault {
	var text string
	if fault := textInto(&text, value, field); fault != nil {
		return fault
	}
	if mediaType, _, err := mime.ParseMediaType(text); err != nil || mediaType != jsonType {
		return &fault{field: field, detail: "the data of an event in JSON is " + jsonType}
	}
	return nil
}

// readValue reads an attribute. Those that CloudEvents itself names are texts, others have the type of their JSON.
func readValue(name, field string, value []byte) (*pb.CloudEventAttributeValue, *fault) {
	switch name {
	case event.AttributeTime, event.AttributeSubject, attributeSchema:
		var text string
		if fault := textInto(&text, value, field); fault != nil {
			return nil, fault
		}
		return readText(name, field, text)
	}
	var decoded any
	if json.Unmarshal(value, &decoded) != nil {
		return nil, &fault{field, "not JSON"}
	}
	switch v := decoded.(type) {
	case bool:
		return &pb.CloudEventAttributeValue{Attr: &pb.CloudEventAttributeValue_CeBoolean{CeBoolean: v}}, nil
	case string:
		return stringValue(v), nil
	case float64:
		var number int32
		if err := json.Unmarshal(value, &number); err == nil {
			return &pb.CloudEventAttributeValue{Attr: &pb.CloudEventAttributeValue_CeInteger{CeInteger: number}}, nil
		}
	}
	return nil, &fault{field, "an attribute is a string, a boolean, or an integer of 32 bits"}
}

func readText(name, field, text string) (*pb.CloudEventAttributeValue, *fault) {
	switch name {
	case event.AttributeTime:
		at, err := time.Parse(time.RFC3339Nano, text)
		if stamp := timestamppb.New(at); err == nil && stamp.CheckValid() == nil {
			return &pb.CloudEventAttributeValue{Attr: &pb.CloudEventAttributeValue_CeTimestamp{CeTimestamp: stamp}}, nil
		}
		return nil, &fault{field, "not a time by RFC 3339"}
	case attributeSchema:
		if u, err := url.Parse(text); err != nil || !u.IsAbs() {
			return nil, &fault{field, "not an absolute URI"}
		}
		return &pb.CloudEventAttributeValue{Attr: &pb.CloudEventAttributeValue_CeUri{CeUri: text}}, nil
	}
	return stringValue(text), nil
}

func stringValue(text string) *pb.CloudEventAttributeValue {
	return &pb.CloudEventAttributeValue{Attr: &pb.CloudEventAttributeValue_CeString{CeString: text}}
}

func textInto(into *string, value []byte, field string) *fault {
	if json.Unmarshal(value, into) != nil {
		return &fault{field, "not a string"}
	}
	return nil
}

// rejection names the event as far as it could be read.
func (e *envelope) rejection(f *fault) *ingestv1.Rejection {
	return named(&ingestv1.Rejection{Reason: reasonMalformed, Field: f.field, Detail: f.detail}, e.source, e.id)
}
