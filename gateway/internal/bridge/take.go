package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/pcc-platform/pcc/gateway/internal/cloudevents"
	"github.com/pcc-platform/pcc/gateway/internal/problem"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/devicebus"
	gatewayv1 "github.com/pcc-platform/pcc/proto/gen/pcc/gateway/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

const (
	// principal is the name within its member as which ingest sees a device.
	principal = "devices"
	// maxCallBytes bounds the events of a call below ingest's own bound of 4 MiB.
	maxCallBytes = 3 << 20
	// callTimeout bounds a call; the stream gives messages to another worker after longer.
	callTimeout = 30 * time.Second
	// flushTimeout bounds the wait until the broker has the answers and acknowledgements.
	flushTimeout = 5 * time.Second
)

// take has the events of the messages ingested in as few calls as their bounds allow, and answers each message. After an
// error those that are not answered yet have to come again.
func (w worker) take(ctx context.Context, messages []jetstream.Msg) error {
	var group []*parcel
	events, bytes := 0, 0
	flush := func() error {
		err := w.ingest(ctx, group)
		group, events, bytes = nil, 0, 0
		return err
	}
	for _, m := range messages {
		p := open(w.member, m)
		if p.signed != nil { // a call has either signed events or others
			if err := w.ingest(ctx, []*parcel{p}); err != nil {
				return err
			}
			continue
		}
		if events+len(p.events()) > cloudevents.MaxEvents || bytes+len(m.Data()) > maxCallBytes {
			if err := flush(); err != nil {
				return err
			}
		}
		group = append(group, p)
		events, bytes = events+len(p.events()), bytes+len(m.Data())
	}
	return flush()
}

// ingest makes one call for the events of the parcels, and answers.
func (w worker) ingest(ctx context.Context, parcels []*parcel) error {
	req := request(parcels)
	if len(req.GetEvents()) == 0 && req.GetSigned() == nil {
		return w.answer(ctx, parcels)
	}
	callCtx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	caller := authn.Forward(authn.Principal{Member: w.member, Name: principal})
	callCtx = metadata.AppendToOutgoingContext(callCtx, authn.ForwardedHeader, caller)
	resp, err := w.bridge.Ingest.IngestEvents(callCtx, req)
	switch {
	case err == nil:
		split(parcels, resp.GetAcknowledgement().GetRejections())
		return w.answer(ctx, parcels)
	case !final(err):
		return fmt.Errorf("bridge: ingest: %w", err)
	case len(parcels) > 1: // the fault is one's, and costs the others nothing
		for _, p := range parcels {
			if err := w.ingest(ctx, []*parcel{p}); err != nil {
				return err
			}
		}
		return nil
	}
	parcels[0].problem = problem.Of(err)
	return w.answer(ctx, parcels)
}

func request(parcels []*parcel) *ingestv1.IngestEventsRequest {
	req := &ingestv1.IngestEventsRequest{}
	for _, p := range parcels {
		switch {
		case p.signed == nil:
			req.Events = append(req.Events, p.events()...)
		case p.problem == nil:
			req.Signed = p.signed
		}
	}
	return req
}

// final reports whether the same call would fail again with the same error: it is about what was sent, or who sent it.
func final(err error) bool {
	if e := apperr.As(err); e != nil {
		return e.Kind == apperr.InvalidArgument || e.Kind == apperr.PermissionDenied
	}
	switch status.Code(err) {
	case codes.InvalidArgument, codes.PermissionDenied:
		return true
	}
	return false
}

// split gives each parcel the rejections of its own events.
func split(parcels []*parcel, rejections []*ingestv1.Rejection) {
	first := int32(0)
	for _, p := range parcels {
		next := first + int32(len(p.events())) //nolint:gosec // at most cloudevents.MaxEvents
		for len(rejections) > 0 && rejections[0].GetIndex() < next {
			rejections[0].Index -= first
			p.rejections = append(p.rejections, rejections[0])
			rejections = rejections[1:]
		}
		first = next
	}
}

// answer tells the devices, then the stream.
func (w worker) answer(ctx context.Context, parcels []*parcel) error {
	for _, p := range parcels {
		if p.passport != "" {
			text, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(p.answer())
			if err != nil {
				return fmt.Errorf("bridge: answer: %w", err)
			}
			if err := w.conn.Publish(devicebus.AnswersSubject(p.passport), text); err != nil {
				return fmt.Errorf("bridge: answer: %w", err)
			}
		}
		if err := p.message.Ack(); err != nil && !errors.Is(err, jetstream.ErrMsgAlreadyAckd) {
			return fmt.Errorf("bridge: acknowledge: %w", err)
		}
	}
	if err := w.conn.FlushTimeout(flushTimeout); err != nil {
		return fmt.Errorf("bridge: answer: %w", err)
	}
	w.bridge.Metrics.told(ctx, w.member, parcels)
	return nil
}

// allRejections are the bridge's own of the events, and ingest's.
func (p *parcel) allRejections() []*ingestv1.Rejection {
	return p.batch.Complete(&ingestv1.BatchAcknowledgement{Rejections: p.rejections}).GetRejections()
}

func (p *parcel) answer() *gatewayv1.DeviceAnswer {
	out := &gatewayv1.DeviceAnswer{PayloadSha256: p.digest()}
	if p.problem != nil {
		out.Problem = p.problem.Message()
		return out
	}
	out.Rejections = p.allRejections()
	out.Taken = int32(p.batch.Len() - len(out.GetRejections())) //nolint:gosec // at most cloudevents.MaxEvents
	return out
}
