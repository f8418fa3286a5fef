package cloudevents

import (
	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// FromSigned reads a pcc.ingest.v1.SignedBatch. It returns the events to look at and the batch to pass on, of which not a byte
// may change. Errors: ErrMalformed, ErrTooMany.
func FromSigned(body []byte) (*Batch, *ingestv1.SignedBatch, error) {
	signed := &ingestv1.SignedBatch{}
	if err := proto.Unmarshal(body, signed); err != nil || len(signed.ProtoReflect().GetUnknown()) > 0 {
		return nil, nil, ErrMalformed
	}
	if len(signed.GetCloudEvents()) > MaxEvents {
		return nil, nil, ErrTooMany
	}
	b := &Batch{}
	for _, text := range signed.GetCloudEvents() {
		ce := &pb.CloudEvent{}
		if err := proto.Unmarshal(text, ce); err != nil {
			return nil, nil, ErrMalformed
		}
		b.Add(ce)
	}
	return b, signed, nil
}

// FromProtobuf reads an io.cloudevents.v1.CloudEventBatch. Errors: ErrMalformed, ErrTooMany.
func FromProtobuf(body []byte) (*Batch, error) {
	// The message has the batch's one field under the same number; the Go package of CloudEvents lacks the batch.
	var in ingestv1.IngestEventsRequest
	if err := proto.Unmarshal(body, &in); err != nil || in.GetSigned() != nil || len(in.ProtoReflect().GetUnknown()) > 0 {
		return nil, ErrMalformed
	}
	if len(in.GetEvents()) > MaxEvents {
		return nil, ErrTooMany
	}
	b := &Batch{}
	for _, ce := range in.GetEvents() {
		b.Add(ce)
	}
	return b, nil
}
