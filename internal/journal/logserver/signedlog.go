package logserver

import (
	"context"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// signedLog is what a process remembers of a log.
type signedLog struct {
	signer *checkpoint.LogSigner
	// turn holds one token, which whoever reads or signs the log's checkpoint has.
	turn chan struct{}
	// last was signed last, and note is its signature; Size is 0 before the first.
	last journal.Checkpoint
	note []byte
}

// log returns the log of a stream that exists.
func (s *Server) log(ctx context.Context, stream string) (*signedLog, error) {
	if s.signer == nil {
		return nil, ErrLogNotFound
	}
	if log := s.known(stream); log != nil {
		return log, nil
	}
	if _, err := latest(ctx, s.db, stream); err != nil {
		return nil, err
	}
	signer, err := s.signer.For(stream)
	if err != nil {
		return nil, fmt.Errorf("logserver: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byStream[stream] == nil {
		s.byStream[stream] = &signedLog{signer: signer, turn: make(chan struct{}, 1)}
	}
	return s.byStream[stream], nil
}

func (s *Server) known(stream string) *signedLog {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byStream[stream]
}

// newest returns the newest checkpoint as a signed note.
func (l *signedLog) newest(ctx context.Context, db journal.Querier, stream string) (note []byte, err error) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	newest, err := latest(ctx, db, stream)
	if err != nil {
		return nil, err
	}
	if newest.Size == l.last.Size && newest.Root == l.last.Root {
		return l.note, nil
	}
	if l.last.Size > 0 {
		if err := checkExtends(ctx, db, l.last, newest); err != nil {
			return nil, fmt.Errorf("logserver: nothing is signed: %w", err)
		}
	}
	if note, err = l.signer.Sign(checkpoint.Checkpoint{Origin: l.signer.Name(), Size: newest.Size, Root: newest.Root}); err != nil {
		return nil, fmt.Errorf("logserver: %w", err)
	}
	l.last, l.note = newest, note
	return note, nil
}

func latest(ctx context.Context, db journal.Querier, stream string) (journal.Checkpoint, error) {
	cp, err := journal.Latest(ctx, db, stream)
	if errors.Is(err, journal.ErrNotFound) {
		return cp, ErrLogNotFound
	}
	return cp, err
}

// checkExtends proves that a stored checkpoint extends an older one of the same stream.
func checkExtends(ctx context.Context, db journal.Querier, older, stored journal.Checkpoint) error {
	if stored.Size < older.Size {
		return fmt.Errorf("stream %q has %d entries and had %d", stored.Stream, stored.Size, older.Size)
	}
	path, err := journal.ConsistencyProof(ctx, db, stored.Stream, older.Size, stored.Size)
	if err != nil {
		return fmt.Errorf("stream %q: %w", stored.Stream, err)
	}
	if err := proof.VerifyConsistency(path, older.Size, stored.Size, older.Root, stored.Root); err != nil {
		return fmt.Errorf("stream %q does not extend itself at %d: %w", stored.Stream, older.Size, err)
	}
	return nil
}
