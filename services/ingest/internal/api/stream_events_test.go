package api_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/api"
)

// silent is the stream of a sender that sends nothing.
type silent struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // a grpc.ServerStream is asked for its context
}

// Context implements grpc.ServerStream.
func (s silent) Context() context.Context { return s.ctx }

// Recv implements the stream.
func (s silent) Recv() (*ingestv1.StreamEventsRequest, error) {
	<-s.ctx.Done()
	return nil, s.ctx.Err()
}

// Send implements the stream.
func (silent) Send(*ingestv1.StreamEventsResponse) error { return nil }

func TestIdleStreamIsClosed(t *testing.T) {
	handlers := api.NewIngestService(nil, nil, nil, time.Millisecond)
	if err := handlers.StreamEvents(silent{ctx: t.Context()}); !errors.Is(err, ingest.ErrStreamIdle) {
		t.Errorf("the stream ended with %v, want STREAM_IDLE", err)
	}
}

func TestStreamsCloseWithTheServer(t *testing.T) {
	handlers := api.NewIngestService(nil, nil, nil, api.IdleTimeout)
	ended := make(chan error, 1)
	go func() { ended <- handlers.StreamEvents(silent{ctx: t.Context()}) }()
	handlers.CloseStreams()
	handlers.CloseStreams() // once is enough
	if err := <-ended; !errors.Is(err, ingest.ErrStreamClosing) {
		t.Errorf("the stream ended with %v, want STREAM_CLOSING", err)
	}
}

func TestStreamEndsWithItsCaller(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	handlers := api.NewIngestService(nil, nil, nil, api.IdleTimeout)
	if err := handlers.StreamEvents(silent{ctx: ctx}); !errors.Is(err, context.Canceled) {
		t.Errorf("the stream ended with %v", err)
	}
}
