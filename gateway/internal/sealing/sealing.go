// Package sealing seals the confidential fields of events that sources bring to the gateway in the clear, before ingest or
// anybody else of the platform sees them.
package sealing

import (
	"context"
	"strings"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pcc-platform/pcc/internal/apperr"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
)

// atOnce bounds the events of a batch that are sealed at the same time.
const atOnce = 16

// Sealer seals the event of a member, and returns one without confidential fields as it is.
type Sealer interface {
	Seal(ctx context.Context, member string, ce *pb.CloudEvent) (*pb.CloudEvent, error)
}

// Interceptor is for the gateway's connection to ingest. It seals the events of a batch as the caller of the call. An event that
// cannot be sealed for what it is goes on in the clear: ingest refuses it, keeps nothing of it, and says why. Events that their
// source signed are not changed. Errors are those of a part that is down: the caller sends the batch again.
func Interceptor(s Sealer) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		batch, ok := req.(*ingestv1.IngestEventsRequest)
		if !ok {
			return invoke(ctx, method, req, reply, conn, opts...)
		}
		events, err := sealAll(ctx, s, batch.GetEvents())
		if err != nil {
			return err
		}
		return invoke(ctx, method, &ingestv1.IngestEventsRequest{Events: events, Signed: batch.GetSigned()}, reply, conn, opts...)
	}
}

func sealAll(ctx context.Context, s Sealer, events []*pb.CloudEvent) ([]*pb.CloudEvent, error) {
	sealed := make([]*pb.CloudEvent, len(events))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, ce := range events {
		group.Go(func() error {
			var err error
			if sealed[i], err = s.Seal(ctx, memberOf(ce), ce); err == nil {
				return nil
			}
			sealed[i] = ce
			if transient(ctx, err) {
				return err
			}
			return nil
		})
	}
	return sealed, group.Wait()
}

// memberOf is the member that the event's source names; ingest compares it with the caller's, and so does access.
func memberOf(ce *pb.CloudEvent) string {
	member, _, _ := strings.Cut(strings.TrimPrefix(ce.GetSource(), "/members/"), "/")
	return member
}

// transient reports whether sealing the event may succeed later.
func transient(ctx context.Context, err error) bool {
	if e := apperr.As(err); e != nil {
		switch e.Kind {
		case apperr.Unavailable, apperr.ResourceExhausted, apperr.Aborted, apperr.Internal:
			return true
		}
		return false
	}
	return ctx.Err() != nil || status.Code(err) != codes.Unknown // which is that of what is no answer of a service
}
