package api_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/api"
)

// watching is a stream whose reader is the test.
type watching struct {
	grpc.ServerStream
	ctx  context.Context
	sent chan *ingestv1.WatchAlertsResponse
}

func (w watching) Context() context.Context { return w.ctx }

func (w watching) Send(r *ingestv1.WatchAlertsResponse) error {
	select {
	case w.sent <- r:
		return nil
	case <-w.ctx.Done():
		return w.ctx.Err()
	}
}

// noAlerts is a reader of nothing.
type noAlerts struct{ ingest.AlertReader }

func (noAlerts) AlertsAfter(context.Context, string, int64, int) ([]ingest.Alert, error) {
	return nil, nil
}

// oneAlert has one, at position 7.
type oneAlert struct{ ingest.AlertReader }

func (oneAlert) AlertsAfter(_ context.Context, _ string, after int64, _ int) ([]ingest.Alert, error) {
	if after >= 7 {
		return nil, nil
	}
	return []ingest.Alert{{ID: uuid.New(), Position: 7}}, nil
}

func limits(streams int) api.WatchLimits {
	return api.WatchLimits{Streams: streams, Look: time.Millisecond, Tell: 2 * time.Millisecond}
}

// watch opens a stream and returns what it sends and how it ends.
func watch(ctx context.Context, s *api.AlertService, after int64) (<-chan *ingestv1.WatchAlertsResponse, <-chan error) {
	w, end := watching{ctx: ctx, sent: make(chan *ingestv1.WatchAlertsResponse)}, make(chan error, 1)
	go func() { end <- s.WatchAlerts(&ingestv1.WatchAlertsRequest{AfterPosition: after}, w) }()
	return w.sent, end
}

func TestAWatchTellsItsPosition(t *testing.T) {
	sent, _ := watch(t.Context(), api.NewAlertService(oneAlert{}, nil, limits(1)), 3)
	if r := <-sent; r.GetAlert() == nil || r.GetPosition() != 7 {
		t.Errorf("first %v", r)
	}
	for range 2 {
		if r := <-sent; r.GetAlert() != nil || r.GetPosition() != 7 {
			t.Errorf("then %v", r)
		}
	}
}

func TestWatchesAreBounded(t *testing.T) {
	s := api.NewAlertService(noAlerts{}, nil, limits(1))
	ctx, leave := context.WithCancel(t.Context())
	sent, end := watch(ctx, s, 0)
	<-sent
	_, second := watch(t.Context(), s, 0)
	if err := <-second; !errors.Is(err, ingest.ErrTooManyWatches) {
		t.Errorf("a second stream: %v", err)
	}
	leave()
	if err := <-end; !errors.Is(err, context.Canceled) {
		t.Errorf("the first ended with %v", err)
	}
	sent, end = watch(t.Context(), s, 0)
	<-sent
	s.CloseStreams()
	for open := true; open; {
		select {
		case <-sent:
		case err := <-end:
			if open = false; !errors.Is(err, ingest.ErrStreamClosing) {
				t.Errorf("at the server's end: %v", err)
			}
		}
	}
}
