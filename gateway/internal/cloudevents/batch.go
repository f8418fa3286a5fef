// Package cloudevents reads events as clients of the edge send them, in the JSON formats of CloudEvents 1.0 or in protobuf,
// and makes of them what ingest takes: CloudEvents whose data is the message of their kind.
//
// What cannot be read refuses only its own event: a Batch remembers it with its place, and puts it into the answer of
// ingest, to which it was never sent. Which events are acceptable is ingest's to say, not this package's.
package cloudevents

import (
	"cmp"
	"errors"
	"slices"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// MaxEvents bounds a batch, as ingest does.
const MaxEvents = 1000

// Errors about a batch as a whole.
var (
	ErrMalformed = errors.New("cloudevents: not of the format")
	ErrTooMany   = errors.New("cloudevents: more events than a batch holds")
)

// reasonMalformed is ingest's reason for an event that cannot be read.
const reasonMalformed = "EVENT_MALFORMED"

// Batch is the events that one client sent together.
type Batch struct {
	// Events are those that could be read, in their order.
	Events []*pb.CloudEvent
	// positions are the places of Events among all that were sent.
	positions []int32
	refused   []*ingestv1.Rejection
}

// Len returns how many events were sent, refused ones included.
func (b *Batch) Len() int { return len(b.Events) + len(b.refused) }

// Add appends an event.
func (b *Batch) Add(ce *pb.CloudEvent) {
	b.positions = append(b.positions, int32(b.Len())) //nolint:gosec // at most MaxEvents
	b.Events = append(b.Events, ce)
}

// Refuse appends an event that goes no further: r says why, and gets its place.
func (b *Batch) Refuse(r *ingestv1.Rejection) {
	r.Index = int32(b.Len()) //nolint:gosec // at most MaxEvents
	b.refused = append(b.refused, r)
}

// Check refuses those of Events for which f returns why.
func (b *Batch) Check(f func(*pb.CloudEvent) *ingestv1.Rejection) {
	events, positions := b.Events, b.positions
	b.Events, b.positions = nil, nil
	for i, ce := range events {
		if r := f(ce); r != nil {
			r.Index = positions[i]
			b.refused = append(b.refused, r)
			continue
		}
		b.Events, b.positions = append(b.Events, ce), append(b.positions, positions[i])
	}
}

// Complete makes of ingest's answer to Events the answer to the whole batch. It is nil where there were none to ask about.
func (b *Batch) Complete(ack *ingestv1.BatchAcknowledgement) *ingestv1.BatchAcknowledgement {
	out := &ingestv1.BatchAcknowledgement{
		Accepted: ack.GetAccepted(), Duplicates: ack.GetDuplicates(), Rejections: slices.Clone(b.refused),
	}
	for _, r := range ack.GetRejections() {
		if int(r.GetIndex()) < len(b.positions) {
			r.Index = b.positions[r.GetIndex()]
		}
		out.Rejections = append(out.Rejections, r)
	}
	slices.SortFunc(out.Rejections, func(a, b *ingestv1.Rejection) int { return cmp.Compare(a.GetIndex(), b.GetIndex()) })
	return out
}

// Refusal is why an event that could be read goes no further, with as much of its names as an answer repeats.
func Refusal(ce *pb.CloudEvent, reason, field, detail string) *ingestv1.Rejection {
	return named(&ingestv1.Rejection{Reason: reason, Field: field, Detail: detail}, ce.GetSource(), ce.GetId())
}

// named names the event that r is about, unless its names are longer than ingest takes.
func named(r *ingestv1.Rejection, source, id string) *ingestv1.Rejection {
	if len(id) <= maxShownID {
		r.EventId = id
	}
	if len(source) <= maxShownSource {
		r.Source = source
	}
	return r
}
