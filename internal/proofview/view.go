// Package proofview makes the human view of a journaled event that proof documents show.
//
// The exporter and the offline verifier use the same function: the verifier computes the view from the leaf and refuses
// a document that shows another one. Beside the standard library and protobuf it needs the platform's protos only.
package proofview

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	_ "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1" // the kinds of event, found by name in an envelope
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// LeafType is the type of the leaves that Decode reads: the full name of the payload's message.
const LeafType = "pcc.ingest.v1.JournaledEvent"

// view is what is shown; every field is in the payload. Absent in the payload is absent in the view.
type view struct {
	ID             string          `json:"id"`
	Source         string          `json:"source"`
	Type           string          `json:"type"`
	Time           string          `json:"time,omitempty"` // when it happened, RFC 3339, UTC
	Passport       string          `json:"passport"`
	Member         string          `json:"member"`
	ReceiveTime    string          `json:"receive_time,omitempty"` // when the platform accepted it
	Quality        *quality        `json:"quality,omitempty"`
	OdometerMetres *int64          `json:"odometer_metres,omitempty"`
	Data           json.RawMessage `json:"data"` // the event's own message in protobuf's JSON, field names as in the proto
}

type quality struct {
	Index         int32  `json:"index"` // 0 to 100
	PolicyVersion string `json:"policy_version"`
}

// Decode returns the passport ("passports/…") that a leaf's payload belongs to and its view, one JSON object. The same
// payload always gives the same bytes. It refuses a leaf of another type, bytes that are no JournaledEvent, an event of
// a kind that this program does not know, and an envelope that names another passport.
func Decode(leafType string, payload []byte) (passport string, _ json.RawMessage, err error) {
	if leafType != LeafType {
		return "", nil, fmt.Errorf("proofview: leaf of type %q", leafType)
	}
	journaled, event := &ingestv1.JournaledEvent{}, &pb.CloudEvent{}
	if err := proto.Unmarshal(payload, journaled); err != nil {
		return "", nil, fmt.Errorf("proofview: journaled event: %w", err)
	}
	if err := proto.Unmarshal(journaled.GetCloudEvent(), event); err != nil {
		return "", nil, fmt.Errorf("proofview: envelope: %w", err)
	}
	if subject := event.GetAttributes()["subject"].GetCeString(); subject != journaled.GetPassport() {
		return "", nil, fmt.Errorf("proofview: the envelope names another passport")
	}
	data, err := dataOf(event)
	if err != nil {
		return "", nil, err
	}
	shown, err := json.Marshal(view{
		ID: event.GetId(), Source: event.GetSource(), Type: event.GetType(),
		Time:     timeOf(event.GetAttributes()["time"].GetCeTimestamp()),
		Passport: journaled.GetPassport(), Member: journaled.GetMember(),
		ReceiveTime: timeOf(journaled.GetReceiveTime()), Quality: qualityOf(journaled.GetQuality()),
		OdometerMetres: journaled.OdometerMetres, Data: data,
	})
	if err != nil {
		return "", nil, fmt.Errorf("proofview: encode: %w", err)
	}
	return journaled.GetPassport(), shown, nil
}

// dataOf returns the event's message as JSON. protojson varies white space on purpose; json.Marshal removes it again.
func dataOf(event *pb.CloudEvent) (json.RawMessage, error) {
	message, err := event.GetProtoData().UnmarshalNew()
	if err != nil {
		return nil, fmt.Errorf("proofview: data: %w", err)
	}
	data, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("proofview: data: %w", err)
	}
	return data, nil
}

func timeOf(t *timestamppb.Timestamp) string {
	if t == nil {
		return ""
	}
	return t.AsTime().Format(time.RFC3339Nano)
}

func qualityOf(q *ingestv1.Quality) *quality {
	if q == nil {
		return nil
	}
	return &quality{Index: q.GetIndex(), PolicyVersion: q.GetPolicyVersion()}
}
