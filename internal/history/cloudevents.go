package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	cloudevents "github.com/cloudevents/sdk-go/v2/event"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/proto/event"
)

// Subjects of events in a file.
const (
	passportSubject = "passports/"
	vinSubject      = "vin:"
	// platformSource begins the source of an event that has an identity on the platform.
	platformSource = "/members/"
)

// openCloudEvents opens events in the JSON format of CloudEvents 1.0: one a line,
// or the batch format, an array.
func openCloudEvents(in *bufio.Reader, _ Options) (splitter, parser, error) {
	known, err := newKinds()
	if err != nil {
		return nil, nil, err
	}
	const enough = 64
	begin, err := in.Peek(enough)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	var items splitter = &lines{in: in}
	if bytes.HasPrefix(bytes.TrimSpace(begin), []byte("[")) {
		items = newJSONItems(in, envelope{})
	}
	return items, func(i item) ([]draft, *Rejection) { return parseCloudEvent(known, i.data) }, nil
}

func parseCloudEvent(known kinds, data []byte) ([]draft, *Rejection) {
	var ce cloudevents.Event
	if err := json.Unmarshal(data, &ce); err != nil || ce.Validate() != nil || ce.SpecVersion() != event.SpecVersion {
		return nil, refused(CodeRowMalformed, "not an event in the JSON format of CloudEvents 1.0")
	}
	d := draft{rows: []row{cloudEventRow(known, ce)}}
	switch subject := ce.Subject(); {
	case strings.HasPrefix(subject, passportSubject):
		d.vehicle.Passport = subject
	case strings.HasPrefix(subject, vinSubject):
		d.vehicle.VIN = VIN(strings.TrimPrefix(subject, vinSubject))
	default:
		d.code, d.reason = CodeVehicleUnidentified, `the subject begins with neither "passports/" nor "vin:"`
	}
	return []draft{d}, nil
}

// cloudEventRow keeps id and source of an event that names itself as the platform
// does, so that sending it over another channel as well has no second effect. Of
// any other event they are the key.
func cloudEventRow(known kinds, ce cloudevents.Event) row {
	message, ok := known.empty(ce.Type())
	switch {
	case !ok:
		return rejectedRow(CodeKindUnknown, "the type is not a kind of event of pcc.events.v1")
	case ce.Time().IsZero() || ce.Time().Year() < 1:
		return rejectedRow(CodeTimeInvalid, "the event has no time")
	}
	if err := decodeCloudEventData(ce, message); err != nil {
		return rejectedRow(CodeRowMalformed, "the data is not a message of the event's type")
	}
	e := Event{Time: ce.Time().UTC(), Precision: PrecisionSecond, Message: message}
	if strings.HasPrefix(ce.Source(), platformSource) {
		e.ID, e.Source = ce.ID(), ce.Source()
	} else {
		e.Key = ce.Source() + "\n" + ce.ID()
	}
	return row{event: e}
}

func decodeCloudEventData(ce cloudevents.Event, into proto.Message) error {
	if ce.DataMediaType() == "application/protobuf" {
		return proto.Unmarshal(ce.Data(), into)
	}
	return protojson.Unmarshal(ce.Data(), into)
}
