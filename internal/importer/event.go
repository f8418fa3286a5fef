package importer

import (
	"fmt"

	pb "github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/internal/history"
	"github.com/pcc-platform/pcc/proto/event"
)

// newEvent makes the event of a row for a passport. The same row always makes the same event, so a second import has no
// effect. An event that has a source on the platform keeps it, any other gets source.
func newEvent(source, passport string, e history.Event) (*pb.CloudEvent, error) {
	id, data, err := e.Resolve(passport)
	if err != nil {
		return nil, fmt.Errorf("import: line %d: %w", e.Line, err)
	}
	if e.Source != "" {
		source = e.Source
	}
	ce, err := event.New(id, source, passport, e.Time, data)
	if err != nil {
		return nil, fmt.Errorf("import: line %d: %w", e.Line, err)
	}
	return ce, nil
}
