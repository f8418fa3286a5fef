package cloudevent

import (
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// noteOf returns what an event says about another one, nil for most. Its error is of a dispute that no check can have let through.
func noteOf(m proto.Message) (*ingest.Note, error) {
	switch m := m.(type) {
	case *eventsv1.Correction:
		return &ingest.Note{Kind: ingest.Correction, Target: m.GetCorrectedEventId()}, nil
	case *eventsv1.DisputeOpened:
		exhibits, err := exhibitsOf(m.GetEvidence())
		return &ingest.Note{Kind: ingest.Objection, Target: m.GetDisputedEventId(), Statement: m.GetReason(), Evidence: exhibits}, err
	case *eventsv1.DisputeResolved:
		return &ingest.Note{Kind: ingest.Resolution, Target: m.GetOpenedEventId(), Upheld: m.GetUpheld(), Statement: m.GetFinding()}, nil
	}
	return nil, nil //nolint:nilnil // about no other event
}

func exhibitsOf(evidence []*eventsv1.Exhibit) ([]ingest.Exhibit, error) {
	var exhibits []ingest.Exhibit
	for i, e := range evidence {
		exhibit := ingest.Exhibit{MediaType: e.GetDocument().GetMediaType()}
		if document := e.GetDocument(); document != nil {
			if copy(exhibit.Document[:], document.GetSha256()) != len(exhibit.Document) {
				return nil, fmt.Errorf("cloudevent: evidence %d: not a SHA-256 value", i)
			}
		} else {
			var err error
			if exhibit.Event, err = uuid.Parse(e.GetEventId()); err != nil {
				return nil, fmt.Errorf("cloudevent: evidence %d: %w", i, err)
			}
		}
		exhibits = append(exhibits, exhibit)
	}
	return exhibits, nil
}
