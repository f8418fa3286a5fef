// Package eventview shows a journaled event of the platform as JSON. Its
// [Decode] is the verify.Decoder for the platform's documents; the service that
// exports a document uses the same function, so that what is shown is what is
// verified.
//
// Unlike package verify it needs protobuf: the descriptions of the kinds of
// event. A kind unknown to this release is refused and not shown in part.
//
// # View
//
//	{
//	  "name": "passports/…/events/…",            by which other events refer to it
//	  "id": "…", "source": "/members/oem/…", "type": "pcc.events.v1.OdometerReading",
//	  "time": "2026-01-31T10:00:00Z",            when it happened, as the source says
//	  "member": "members/oem",                   who sent it
//	  "received_at": "2026-01-31T10:00:01.5Z",   when the platform accepted it
//	  "quality": {"index": 80, "policy_version": "…",
//	              "inputs": {…}},                what the index was computed from; not in the oldest events
//	  "odometer_metres": 123456000,              only for events with a mileage
//	  "signature": {"key": "sourceKeys/…", "sequence": 7}, only for events that their source signed: the key that the
//	                                             signature names and the event's number in its source's chain; the view
//	                                             does not say that the signature holds, see package verify/signatures
//	  "data": {…}                                the kind's own fields, by the JSON mapping of protobuf with the names of the .proto file
//	}
package eventview

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	_ "github.com/pcc-platform/pcc/proto/event" // registers every kind of event
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/verify"
	"github.com/pcc-platform/pcc/verify/signatures"
)

// LeafType is the type of the leaves that hold events: a framed
// pcc.ingest.v1.JournaledEvent.
const LeafType = "pcc.ingest.v1.JournaledEvent"

// Errors of Decode.
var (
	// ErrUnknown says that the leaf or its event is of a kind this release does not know.
	ErrUnknown = errors.New("eventview: unknown kind")
	// ErrMalformed says that the payload is not a journaled event.
	ErrMalformed = errors.New("eventview: malformed")
)

// view is the shape of the JSON object.
type view struct {
	Name           string          `json:"name"`
	ID             string          `json:"id"`
	Source         string          `json:"source"`
	Type           string          `json:"type"`
	Time           time.Time       `json:"time"`
	Member         string          `json:"member"`
	ReceivedAt     time.Time       `json:"received_at"`
	Quality        quality         `json:"quality"`
	OdometerMetres *int64          `json:"odometer_metres,omitempty"`
	Signature      *signature      `json:"signature,omitempty"`
	Data           json.RawMessage `json:"data"`
}

type quality struct {
	Index         int32   `json:"index"`
	PolicyVersion string  `json:"policy_version"`
	Inputs        *inputs `json:"inputs,omitempty"`
}

// inputs are QualityInputs; numbers are in millionths.
type inputs struct {
	DataKind              string `json:"data_kind"`
	SourceClass           string `json:"source_class,omitempty"`
	BaseRate              int64  `json:"base_rate"`
	Confirmations         int64  `json:"confirmations"`
	Refutations           int64  `json:"refutations"`
	Marks                 int64  `json:"marks"`
	Plausibility          int64  `json:"plausibility"`
	PlausibilityReason    string `json:"plausibility_reason,omitempty"`
	OdometerPolicyVersion string `json:"odometer_policy_version,omitempty"`
	Provenance            int64  `json:"provenance"`
	Completeness          int64  `json:"completeness"`
	DelayMicroseconds     int64  `json:"delay_us"`
	Corroborators         int64  `json:"corroborators"`
	Withdrawn             bool   `json:"withdrawn,omitempty"`
}

func viewQuality(q *ingestv1.Quality) quality {
	out := quality{Index: q.GetIndex(), PolicyVersion: q.GetPolicyVersion()}
	if in := q.GetInputs(); in != nil {
		out.Inputs = &inputs{
			DataKind: in.GetDataKind(), SourceClass: in.GetSourceClass(), BaseRate: in.GetBaseRate(), Confirmations: in.GetConfirmations(), Refutations: in.GetRefutations(),
			Marks: in.GetMarks(), Plausibility: in.GetPlausibility(), PlausibilityReason: in.GetPlausibilityReason(),
			OdometerPolicyVersion: in.GetOdometerPolicyVersion(), Provenance: in.GetProvenance(), Completeness: in.GetCompleteness(),
			DelayMicroseconds: in.GetDelayUs(), Corroborators: in.GetCorroborators(), Withdrawn: in.GetWithdrawn(),
		}
	}
	return out
}

type signature struct {
	Key      string `json:"key"`
	Sequence uint64 `json:"sequence"`
}

// Decode returns the passport an event belongs to, "passports/{passport}", its
// type and its view. Errors wrap [ErrUnknown], [ErrMalformed] or
// [verify.ErrSignature].
func Decode(leafType string, payload []byte, signature *verify.Signature) (verify.Content, error) {
	if leafType != LeafType {
		return verify.Content{}, fmt.Errorf("%w: leaf type %.80q", ErrUnknown, leafType)
	}
	var journaled ingestv1.JournaledEvent
	if err := proto.Unmarshal(payload, &journaled); err != nil {
		return verify.Content{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	var event pb.CloudEvent
	if err := proto.Unmarshal(journaled.GetCloudEvent(), &event); err != nil {
		return verify.Content{}, fmt.Errorf("%w: envelope: %w", ErrMalformed, err)
	}
	if err := check(&journaled, &event); err != nil {
		return verify.Content{}, err
	}
	id, err := uuid.FromBytes(journaled.GetId())
	if err != nil {
		return verify.Content{}, fmt.Errorf("%w: id: %w", ErrMalformed, err)
	}
	data, err := eventData(&event)
	if err != nil {
		return verify.Content{}, err
	}
	signed, err := signatureOf(&journaled, signature)
	if err != nil {
		return verify.Content{}, err
	}
	shown, err := json.Marshal(view{
		Name: journaled.GetPassport() + "/events/" + id.String(),
		ID:   event.GetId(), Source: event.GetSource(), Type: event.GetType(),
		Time:           event.GetAttributes()["time"].GetCeTimestamp().AsTime(),
		Member:         journaled.GetMember(),
		ReceivedAt:     journaled.GetReceiveTime().AsTime(),
		Quality:        viewQuality(journaled.GetQuality()),
		OdometerMetres: journaled.OdometerMetres,
		Signature:      signed,
		Data:           data,
	})
	if err != nil {
		return verify.Content{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return verify.Content{Passport: journaled.GetPassport(), EventType: event.GetType(), View: shown}, nil
}

// check refuses what the platform never journals and a view could not show truly.
func check(journaled *ingestv1.JournaledEvent, event *pb.CloudEvent) error {
	attributes := event.GetAttributes()
	switch {
	case journaled.GetPassport() == "" || attributes["subject"].GetCeString() != journaled.GetPassport():
		return fmt.Errorf("%w: the envelope is about another passport", ErrMalformed)
	case attributes["time"].GetCeTimestamp().CheckValid() != nil:
		return fmt.Errorf("%w: time of the event", ErrMalformed)
	case journaled.GetReceiveTime().CheckValid() != nil:
		return fmt.Errorf("%w: time of acceptance", ErrMalformed)
	case event.GetProtoData() == nil || string(event.GetProtoData().MessageName()) != event.GetType():
		return fmt.Errorf("%w: the data is not of the envelope's type", ErrMalformed)
	}
	return nil
}

// signatureOf reads what the signature says of itself.
func signatureOf(journaled *ingestv1.JournaledEvent, shown *verify.Signature) (*signature, error) {
	statement, err := signatures.Statement(journaled, shown)
	if err != nil || statement == nil {
		return nil, err
	}
	return &signature{
		Key: "sourceKeys/" + statement.KeyID().String(), Sequence: statement.First + uint64(journaled.GetSignature().GetIndex()),
	}, nil
}

func eventData(event *pb.CloudEvent) (json.RawMessage, error) {
	message, err := event.GetProtoData().UnmarshalNew()
	if err != nil {
		return nil, fmt.Errorf("%w: %.80q: %w", ErrUnknown, event.GetType(), err)
	}
	data, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("%w: data: %w", ErrMalformed, err)
	}
	return data, nil
}
