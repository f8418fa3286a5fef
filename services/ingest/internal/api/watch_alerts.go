package api

import (
	"time"

	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// watchPage bounds the alerts that a stream reads at once.
const watchPage = 200

// WatchAlerts implements the RPC. What is sent at least every limits.Tell is also when the permission is asked for again.
func (s *AlertService) WatchAlerts(req *ingestv1.WatchAlertsRequest, stream ingestv1.AlertService_WatchAlertsServer) error {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		return ingest.ErrTooManyWatches
	}
	look := time.NewTicker(s.limits.Look)
	defer look.Stop()
	position, told := req.GetAfterPosition(), time.Now()
	for {
		last, err := s.sendAfter(position, stream)
		if err != nil {
			return err
		}
		if last == position && time.Since(told) >= s.limits.Tell {
			if err := stream.Send(&ingestv1.WatchAlertsResponse{Position: position}); err != nil {
				return err
			}
			told = time.Now()
		}
		if last > position {
			position, told = last, time.Now()
		}
		select {
		case <-stream.Context().Done():
			return stream.Context().Err()
		case <-s.closing:
			return ingest.ErrStreamClosing
		case <-look.C:
		}
	}
}

// sendAfter sends one page of alerts with positions above after, and returns the last one sent.
func (s *AlertService) sendAfter(after int64, stream ingestv1.AlertService_WatchAlertsServer) (last int64, err error) {
	page, err := s.reader.AlertsAfter(stream.Context(), authn.FromContext(stream.Context()).Member, after, watchPage)
	if err != nil {
		return after, err
	}
	for _, a := range page {
		if err := stream.Send(&ingestv1.WatchAlertsResponse{Alert: wire.FromAlert(a), Position: a.Position}); err != nil {
			return after, err
		}
		after = a.Position
	}
	return after, nil
}
