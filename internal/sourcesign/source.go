package sourcesign

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"google.golang.org/protobuf/proto"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/signing"
)

// MaxPending bounds the batches that are signed and not acknowledged.
const MaxPending = 64

// ErrTooManyPending says that batches have to be acknowledged before the next is signed.
var ErrTooManyPending = errors.New("sourcesign: too many batches wait for their acknowledgement")

// Source signs the events of one source. It is safe for concurrent use. One process at a time may have a state file open.
type Source struct {
	file   string
	source string

	mu     sync.Mutex
	signer *signing.Signer
	saved  saved
}

// saved is the state file.
type saved struct {
	Source string        `json:"source"`
	State  signing.State `json:"state"`
	// Pending are encoded ingestv1.SignedBatches in their order.
	Pending [][]byte `json:"pending"`
}

// Open returns a source that goes on where its state file says, or begins when there is none. The state of a key stands in
// keyFile with ".state" after it; a key signs for one source.
func Open(keyFile, source string) (*Source, error) {
	key, err := LoadKey(keyFile)
	if err != nil {
		return nil, err
	}
	s := &Source{file: keyFile + ".state", source: source, saved: saved{Source: source}}
	text, err := os.ReadFile(s.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("sourcesign: %w", err)
	default:
		if err := json.Unmarshal(text, &s.saved); err != nil {
			return nil, fmt.Errorf("sourcesign: %s: %w", s.file, err)
		}
	}
	if s.saved.Source != source {
		return nil, fmt.Errorf("sourcesign: the key signs for %s, not for %s", s.saved.Source, source)
	}
	s.signer, err = signing.NewSigner(key, source, s.saved.State)
	return s, err
}

// Name is the CloudEvents source.
func (s *Source) Name() string { return s.source }

// Pending returns the batches of earlier runs that were not acknowledged, in the order in which to send them before any other.
func (s *Source) Pending() ([]*ingestv1.SignedBatch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	batches := make([]*ingestv1.SignedBatch, len(s.saved.Pending))
	for i, encoded := range s.saved.Pending {
		batches[i] = &ingestv1.SignedBatch{}
		if err := proto.Unmarshal(encoded, batches[i]); err != nil {
			return nil, fmt.Errorf("sourcesign: %s: %w", s.file, err)
		}
	}
	return batches, nil
}

// Sign signs a batch of 1 to signing.MaxEvents events. When it returns, the batch is on disk.
func (s *Source) Sign(events []*pb.CloudEvent) (*ingestv1.SignedBatch, error) {
	batch := &ingestv1.SignedBatch{CloudEvents: make([][]byte, len(events))}
	for i, e := range events {
		var err error
		if batch.CloudEvents[i], err = (proto.MarshalOptions{Deterministic: true}).Marshal(e); err != nil {
			return nil, fmt.Errorf("sourcesign: encode an event: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.saved.Pending) >= MaxPending {
		return nil, ErrTooManyPending
	}
	var err error
	if batch.Statement, err = s.signer.Sign(batch.GetCloudEvents()); err != nil {
		return nil, err
	}
	encoded, err := proto.Marshal(batch)
	if err != nil {
		return nil, fmt.Errorf("sourcesign: encode a batch: %w", err)
	}
	s.saved.State, s.saved.Pending = s.signer.State(), append(s.saved.Pending, encoded)
	return batch, s.save()
}

// Acknowledged forgets the oldest pending batch: the platform has it.
func (s *Source) Acknowledged() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.saved.Pending) == 0 {
		return nil
	}
	s.saved.Pending = s.saved.Pending[1:]
	return s.save()
}

// save replaces the state file as a whole, so that a crash leaves the old one or the new one.
func (s *Source) save() error {
	text, err := json.Marshal(s.saved)
	if err != nil {
		return fmt.Errorf("sourcesign: %w", err)
	}
	next := s.file + ".next"
	out, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("sourcesign: %w", err)
	}
	_, err = out.Write(text)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("sourcesign: write the state: %w", err)
	}
	if err := os.Rename(next, s.file); err != nil {
		return fmt.Errorf("sourcesign: %w", err)
	}
	return nil
}
