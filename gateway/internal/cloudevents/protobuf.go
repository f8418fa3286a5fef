package cloudevents

import (
	"google.golang.org/protobuf/proto"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

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
