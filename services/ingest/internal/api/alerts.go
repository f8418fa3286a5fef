package api

import (
	"sync"
	"time"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/postgres"
)

// WatchLimits bounds the streams of alerts.
type WatchLimits struct {
	// Streams bounds those that are open at once in this process.
	Streams int
	// Look is how often a stream looks for new alerts: a part of the delay with which they come.
	Look time.Duration
	// Tell is how long a stream may say nothing.
	Tell time.Duration
}

// DefaultWatchLimits returns the limits in force. A look costs one query of an index.
func DefaultWatchLimits() WatchLimits {
	return WatchLimits{Streams: 500, Look: time.Second, Tell: 20 * time.Second}
}

// AlertService implements pcc.ingest.v1.AlertService.
type AlertService struct {
	ingestv1.UnimplementedAlertServiceServer
	reader ingest.AlertReader
	store  *postgres.Store
	limits WatchLimits

	places    chan struct{}
	closing   chan struct{}
	closeOnce sync.Once
}

// NewAlertService returns the handlers; acknowledgements go into store.
func NewAlertService(r ingest.AlertReader, store *postgres.Store, limits WatchLimits) *AlertService {
	return &AlertService{
		reader: r, store: store, limits: limits, places: make(chan struct{}, limits.Streams), closing: make(chan struct{}),
	}
}

// CloseStreams ends all streams, so that a stop need not wait for their readers.
func (s *AlertService) CloseStreams() { s.closeOnce.Do(func() { close(s.closing) }) }
