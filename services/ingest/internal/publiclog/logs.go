// Package publiclog publishes the streams of the journal as transparency logs. Monitors read hashes and checkpoints, signed by
// the platform's key for logs, without being members. Entries are for members: they hold no event, but the keys of lists, by
// which one vehicle can be followed.
//
// The origin of a log is the key's name, a slash, and the stream. Its signatures bear that origin as the name of their key, as
// c2sp.org/tlog-checkpoint advises.
//
// # Invariants
//
//   - A checkpoint is signed on demand, once for each size, and only if it is shown to extend the one that this process signed
//     before it. A database that was set back, or changed, gets no further signature from it.
//   - Nothing is signed that is not committed.
package publiclog

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"sync"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/services/ingest"
)

// Logs are the published streams. It is safe for concurrent use.
type Logs struct {
	reader ingest.LogReader
	signer *checkpoint.LogSigner

	mu sync.Mutex
	// byStream has those that were asked for; only streams that exist get in.
	byStream map[string]*signedLog
}

// signedLog is what a process remembers of a log.
type signedLog struct {
	signer *checkpoint.LogSigner
	// turn holds one token, which whoever reads or signs the log's checkpoint has.
	turn chan struct{}
	// last was signed last, and note is its signature; Size is 0 before the first.
	last ingest.Checkpoint
	note []byte
}

// New returns the logs, none when there is no signer.
func New(r ingest.LogReader, s *checkpoint.LogSigner) *Logs {
	return &Logs{reader: r, signer: s, byStream: map[string]*signedLog{}}
}

// Checkpoint returns the newest checkpoint of a stream as a signed note. Error: ingest.ErrLogNotFound.
func (l *Logs) Checkpoint(ctx context.Context, stream string) (note []byte, err error) {
	log, err := l.log(ctx, stream)
	if err != nil {
		return nil, err
	}
	select {
	case log.turn <- struct{}{}:
		defer func() { <-log.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	newest, err := l.reader.Latest(ctx, stream)
	if err != nil {
		return nil, err
	}
	if newest.Size == log.last.Size && newest.Root == log.last.Root {
		return log.note, nil
	}
	if log.last.Size > 0 {
		if err := l.reader.CheckExtends(ctx, log.last, newest); err != nil {
			return nil, fmt.Errorf("publiclog: nothing is signed: %w", err)
		}
	}
	if note, err = log.signer.Sign(checkpoint.Checkpoint{Origin: log.signer.Name(), Size: newest.Size, Root: newest.Root}); err != nil {
		return nil, fmt.Errorf("publiclog: %w", err)
	}
	log.last, log.note = newest, note
	return note, nil
}

// Tile returns the first width hashes of a tile. Errors: ingest.ErrLogNotFound, ingest.ErrTileNotFound.
func (l *Logs) Tile(ctx context.Context, stream string, level int, index int64, width int) ([]byte, error) {
	if l.signer == nil {
		return nil, ingest.ErrLogNotFound
	}
	return l.reader.Tile(ctx, stream, level, index, width)
}

// Bundle returns the first width entries of a tile of level 0 by c2sp.org/tlog-tiles. Errors: ingest.ErrLogNotFound,
// ingest.ErrTileNotFound.
func (l *Logs) Bundle(ctx context.Context, stream string, index int64, width int) ([]byte, error) {
	if l.signer == nil {
		return nil, ingest.ErrLogNotFound
	}
	entries, err := l.reader.Entries(ctx, stream, index, width)
	if err != nil {
		return nil, err
	}
	var bundle []byte
	for _, e := range entries {
		if len(e) > math.MaxUint16 {
			return nil, fmt.Errorf("publiclog: an entry of %d bytes", len(e))
		}
		bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(e))) // #nosec G115 -- checked above
		bundle = append(bundle, e...)
	}
	return bundle, nil
}

func (l *Logs) log(ctx context.Context, stream string) (*signedLog, error) {
	if l.signer == nil {
		return nil, ingest.ErrLogNotFound
	}
	if log := l.known(stream); log != nil {
		return log, nil
	}
	if _, err := l.reader.Latest(ctx, stream); err != nil {
		return nil, err
	}
	signer, err := l.signer.For(stream)
	if err != nil {
		return nil, fmt.Errorf("publiclog: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byStream[stream] == nil {
		l.byStream[stream] = &signedLog{signer: signer, turn: make(chan struct{}, 1)}
	}
	return l.byStream[stream], nil
}

func (l *Logs) known(stream string) *signedLog {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byStream[stream]
}
