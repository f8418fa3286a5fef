// Package api answers ingest's RPCs: it turns messages into calls of package ingest and back.
package api

import (
	"sync"
	"time"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/cloudevent"
)

// IdleTimeout is how long a stream may go without a batch.
const IdleTimeout = 5 * time.Minute

// IngestService implements pcc.ingest.v1.IngestService.
type IngestService struct {
	ingestv1.UnimplementedIngestServiceServer
	ingest  *ingest.Service
	reader  ingest.TenantReader
	decoder *cloudevent.Decoder
	idle    time.Duration
	room    room

	closing   chan struct{}
	closeOnce sync.Once
}

// NewIngestService returns the handlers. idle is how long a stream may go without a batch.
func NewIngestService(s *ingest.Service, r ingest.TenantReader, d *cloudevent.Decoder, idle time.Duration) *IngestService {
	return &IngestService{ingest: s, reader: r, decoder: d, idle: idle, room: newRoom(), closing: make(chan struct{})}
}

// CloseStreams ends all streams, each after the acknowledgements of what it has read, so that a stop need not wait for
// their senders.
func (s *IngestService) CloseStreams() { s.closeOnce.Do(func() { close(s.closing) }) }

// JournalService implements pcc.ingest.v1.JournalService.
type JournalService struct {
	ingestv1.UnimplementedJournalServiceServer
	ingest  *ingest.Service
	journal ingest.JournalReader
}

// NewJournalService returns the handlers.
func NewJournalService(s *ingest.Service, j ingest.JournalReader) *JournalService {
	return &JournalService{ingest: s, journal: j}
}
