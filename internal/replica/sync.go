package replica

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/journal/logclient"
	journal "github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// Source is the platform, as it shows itself to the member. Nothing that it returns is believed.
type Source interface {
	// Epoch returns a record with its note; the note is empty while there are too few cosignatures, and found is false if
	// there is no such epoch yet.
	Epoch(ctx context.Context, number uint64) (e Epoch, found bool, err error)
	// Entries yields the entries of a part of a stream, in order, in pieces.
	Entries(ctx context.Context, part epoch.Range) iter.Seq2[[]journal.Entry, error]
	// Leaves yields the leaves of the member's own stream of events from a number on, in order, in pieces.
	Leaves(ctx context.Context, first uint64) iter.Seq2[[]Leaf, error]
}

// Progress tells how far a Sync is.
type Progress func(epochs, entries, leaves uint64)

// Sync brings a replica up to date: every cosigned epoch that the source has, and the member's leaves in them. It may be ended at
// any time and goes on where it was. An epoch that does not check out is not written, and the error says what is wrong.
func (f *Folder) Sync(ctx context.Context, source Source, trusted checkpoint.Policy, progress Progress) error {
	locked, err := f.lock()
	if err != nil {
		return err
	}
	defer locked.Close()
	s := &syncing{folder: f, source: source, trusted: trusted, progress: progress, chain: newChain()}
	if err := s.resume(ctx); err != nil {
		return err
	}
	for {
		more, err := s.epoch(ctx)
		if err != nil {
			return fmt.Errorf("replica: epoch %d: %w", s.chain.state.Number()+1, err)
		}
		if !more {
			return s.ownLeaves(ctx)
		}
	}
}

// syncing is a Sync under way.
type syncing struct {
	folder   *Folder
	source   Source
	trusted  checkpoint.Policy
	progress Progress
	chain    *chain

	epochs, leaves        int64 // length of the files, in bytes
	leafCount, entryCount uint64
}

// resume computes what the folder has.
func (s *syncing) resume(ctx context.Context) (err error) {
	s.epochs, err = s.folder.eachEpoch(func(e Epoch) error {
		if err := s.chain.next(ctx, e, s.folder.entries, s.trusted); err != nil {
			return fmt.Errorf("%w: epoch %d: %w", ErrDamaged, e.Number, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.leaves, err = lines(s.folder.path(leavesFile), func([]byte) error { s.leafCount++; return nil })
	s.tell()
	return err
}

func (s *syncing) tell() {
	s.progress(s.chain.state.Number(), s.entryCount, s.leafCount)
}

// epoch takes the next epoch if there is one.
func (s *syncing) epoch(ctx context.Context) (more bool, err error) {
	e, found, err := s.source.Epoch(ctx, s.chain.state.Number()+1)
	if err != nil || !found || e.Note == "" {
		return false, err
	}
	if err := s.chain.next(ctx, e, s.fetch(ctx), s.trusted); err != nil {
		return false, err
	}
	line, err := json.Marshal(e)
	if err != nil {
		return false, err
	}
	if err := appendSynced(s.folder.path(epochsFile), s.epochs, append(line, '\n')); err != nil {
		return false, err
	}
	s.epochs += int64(len(line)) + 1
	s.tell()
	return true, nil
}

// fetch reads from the source and keeps what it reads: in the file of the stream, behind what counts.
func (s *syncing) fetch(ctx context.Context) reader {
	return func(stream string, first, end uint64) (all []journal.Entry, err error) {
		for entries, err := range s.source.Entries(ctx, epoch.Range{Stream: stream, First: first, End: end}) {
			if err != nil {
				return nil, err
			}
			all = append(all, entries...)
		}
		if uint64(len(all)) != end-first {
			return nil, fmt.Errorf("%d entries of %s were asked for, and %d came", end-first, stream, len(all))
		}
		s.entryCount += uint64(len(all))
		return all, appendSynced(s.folder.entriesPath(stream), int64(first)*int64(logclient.EntryBytes), logclient.Encode(all)) // #nosec G115 -- below 2^54
	}
}

// ownLeaves takes the leaves of the member's stream that epochs have and the folder does not.
func (s *syncing) ownLeaves(ctx context.Context) error {
	size := s.chain.state.Size(s.folder.stream())
	if s.leafCount >= size {
		return nil
	}
	for leaves, err := range s.source.Leaves(ctx, s.leafCount) {
		if err != nil {
			return err
		}
		leaves = leaves[:min(uint64(len(leaves)), size-s.leafCount)]
		if err := s.folder.match(s.leafCount, leaves); err != nil {
			return fmt.Errorf("replica: %w", err)
		}
		var text []byte
		for _, l := range leaves {
			line, err := json.Marshal(l)
			if err != nil {
				return fmt.Errorf("replica: %w", err)
			}
			text = append(append(text, line...), '\n')
		}
		if err := appendSynced(s.folder.path(leavesFile), s.leaves, text); err != nil {
			return err
		}
		s.leaves, s.leafCount = s.leaves+int64(len(text)), s.leafCount+uint64(len(leaves))
		s.tell()
		if s.leafCount == size {
			return nil
		}
	}
	return fmt.Errorf("replica: %d leaves came of the %d that epochs have", s.leafCount, size)
}
