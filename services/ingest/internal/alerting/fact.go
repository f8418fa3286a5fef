package alerting

import (
	"fmt"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/alert"
	"github.com/pcc-platform/pcc/services/ingest/internal/registryclient"
)

// Fact is what one journal entry, or one step of the registry, says about a vehicle.
type Fact struct {
	Passport uuid.UUID
	// Key is the event's; Name is that of a step, "" for an event, whose name its key finds.
	Key  ingest.Key
	Name string
	// Mark is empty when it is none.
	Mark     alert.MarkKind
	Campaign string
	// Part is nil when it is about none.
	Part *Part
	// Recall is one of the registry's that covers the vehicle, else nil.
	Recall *ingest.Recall
	Type   string
	At     time.Time
}

// RecallFact says that a recall of the registry covers a passport.
func RecallFact(recall ingest.Recall, passport uuid.UUID) Fact {
	return Fact{
		Passport: passport, Name: recall.Name, Mark: alert.RecallIssued, Campaign: recall.Campaign, At: recall.IssuedAt, Recall: &recall,
	}
}

// clockStep is what the event's row keeps of a time.
const clockStep = time.Microsecond

// journaledEvent is the type of the leaves that are events.
var journaledEvent = string((*ingestv1.JournaledEvent)(nil).ProtoReflect().Descriptor().FullName())

// factOf reads an entry of the journal; ok is false for one that is no event.
func factOf(leaf []byte) (f Fact, ok bool, err error) {
	frame, err := proof.ParseFrame(leaf)
	if err != nil || frame.Type != journaledEvent {
		return Fact{}, false, err
	}
	entry, ce := &ingestv1.JournaledEvent{}, &pb.CloudEvent{}
	if err := proto.Unmarshal(frame.Payload, entry); err != nil {
		return Fact{}, false, fmt.Errorf("alerting: a leaf: %w", err)
	}
	if err := proto.Unmarshal(entry.GetCloudEvent(), ce); err != nil {
		return Fact{}, false, fmt.Errorf("alerting: an event of a leaf: %w", err)
	}
	mark, _ := alert.MarkOf(ce.GetType())
	f = Fact{
		Key: ingest.Key{Source: ce.GetSource(), EventID: ce.GetId()}, Mark: mark, Type: ce.GetType(),
		At: ce.GetAttributes()[event.AttributeTime].GetCeTimestamp().AsTime().Truncate(clockStep),
	}
	if f.Passport, err = registryclient.ParsePassport(entry.GetPassport()); err != nil {
		return Fact{}, false, err
	}
	if f.Campaign, err = campaignOf(mark, ce.GetProtoData().GetValue()); err != nil {
		return Fact{}, false, err
	}
	f.Part, err = partOf(f.Type, ce.GetProtoData().GetValue())
	return f, err == nil, err
}

// campaignOf reads which recall an event is about.
func campaignOf(mark alert.MarkKind, data []byte) (string, error) {
	var message interface {
		proto.Message
		GetCampaign() string
	}
	switch mark {
	case alert.RecallIssued:
		message = &eventsv1.RecallIssued{}
	case alert.RecallPerformed:
		message = &eventsv1.RecallPerformed{}
	default:
		return "", nil
	}
	if err := proto.Unmarshal(data, message); err != nil {
		return "", fmt.Errorf("alerting: a recall: %w", err)
	}
	return storable(message.GetCampaign()), nil
}
