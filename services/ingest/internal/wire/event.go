package wire

import (
	"fmt"
	"strings"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/proto/event"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// ToEvent reads the event of a leaf, with nothing but what the leaf says: without the key of its list and without its signature.
func ToEvent(j *ingestv1.JournaledEvent) (ingest.Event, error) {
	ce := &pb.CloudEvent{}
	if err := proto.Unmarshal(j.GetCloudEvent(), ce); err != nil {
		return ingest.Event{}, fmt.Errorf("wire: envelope: %w", err)
	}
	id, err := uuid.FromBytes(j.GetId())
	if err != nil {
		return ingest.Event{}, fmt.Errorf("wire: id of the event: %w", err)
	}
	passport, err := uuid.Parse(strings.TrimPrefix(j.GetPassport(), "passports/"))
	if err != nil {
		return ingest.Event{}, fmt.Errorf("wire: passport: %w", err)
	}
	return ingest.Event{
		ID: id, Member: strings.TrimPrefix(j.GetMember(), "members/"), Key: ingest.Key{Source: ce.GetSource(), EventID: ce.GetId()},
		Type: ce.GetType(), Passport: passport, OccurredAt: ce.GetAttributes()[event.AttributeTime].GetCeTimestamp().AsTime(),
		ReceivedAt: j.GetReceiveTime().AsTime(), Bytes: j.GetCloudEvent(), Data: ce.GetProtoData().GetValue(),
		OdometerMetres: j.OdometerMetres, Quality: ToQuality(j.GetQuality()),
	}, nil
}
