package witness

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/wire"
)

const (
	// MaxRemembered bounds the checkpoints remembered of one log.
	MaxRemembered = 1024
	// MaxEvidence bounds the documents of evidence kept of one log.
	MaxEvidence = 64
	// MaxUnexplained bounds the checkpoints of one log that are kept because they could not be explained.
	MaxUnexplained = 64
)

var (
	errLocked    = errors.New("witness: another process uses the folder")
	errDamaged   = errors.New("witness: damaged file")
	errInDoubt   = errors.New("witness: the last write may not be on disk; start again")
	errRollback  = errors.New("witness: a smaller checkpoint cannot follow")
	errTooLarge  = errors.New("witness: the note is too large to be remembered")
	errNoSuchLog = errors.New("witness: no folder for the log")
)

// record is a checkpoint that was cosigned.
type record struct {
	checkpoint.Checkpoint
	// note has the log's signatures and the witness's.
	note []byte
	// cosignature is the witness's, of the first time that it cosigned this checkpoint.
	cosignature checkpoint.Cosignature
}

// memory is what the store has of one log.
type memory struct {
	folder string
	// checkpoints ascend by size.
	checkpoints []record
	// shelves hold what is kept under its SHA-256.
	shelves map[shelfName]*shelf
}

// store is the folder of a witness. Its files are written once, and what is in memory is on disk.
type store struct {
	folder *os.File // holds the lock

	mu      sync.Mutex
	logs    map[string]*memory // by wire.LogID
	inDoubt error

	// step is told each change of the disk before it happens, and fails it with an error. Tests only; nil otherwise.
	step func(name string) error
}

// openStore takes the lock of a folder, which it makes if need be, and reads it. Every checkpoint must be cosigned by the
// witness whose folder it is.
func openStore(path string, witness *checkpoint.Verifier, logs []checkpoint.Log) (_ *store, err error) {
	if err := os.MkdirAll(path, ownerFolder); err != nil {
		return nil, fmt.Errorf("witness: folder: %w", err)
	}
	folder, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("witness: folder: %w", err)
	}
	s := &store{folder: folder, logs: map[string]*memory{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errLocked, path, err)
	}
	for _, log := range logs {
		m, err := loadMemory(filepath.Join(path, wire.LogID(log.Origin)), log.Origin, witness)
		if err != nil {
			return nil, err
		}
		s.logs[wire.LogID(log.Origin)] = m
	}
	if err := folder.Sync(); err != nil {
		return nil, fmt.Errorf("witness: sync the folder: %w", err)
	}
	return s, nil
}

// close gives the lock back.
func (s *store) close() error {
	if err := s.folder.Close(); err != nil {
		return fmt.Errorf("witness: close the folder: %w", err)
	}
	return nil
}

// doubt is the failure after which nothing is written any more, if there was one.
func (s *store) doubt() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inDoubt
}

// latest returns the last checkpoint cosigned of a log.
func (s *store) latest(log string) (record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.logs[log]
	if m == nil || len(m.checkpoints) == 0 {
		return record{}, false
	}
	return m.checkpoints[len(m.checkpoints)-1], true
}

// at returns the checkpoint of one size, if it is remembered.
func (s *store) at(log string, size uint64) (record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.logs[log]
	if m == nil {
		return record{}, false
	}
	i, ok := m.find(size)
	if !ok {
		return record{}, false
	}
	return m.checkpoints[i], true
}

// put remembers a checkpoint that is larger than every other of its log. When it returns nil, it is on disk.
func (s *store) put(log string, r record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.logs[log]
	if m == nil {
		return errNoSuchLog
	}
	if n := len(m.checkpoints); n > 0 && m.checkpoints[n-1].Size >= r.Size {
		return errRollback
	}
	if len(r.note) > checkpoint.MaxNoteBytes {
		return errTooLarge
	}
	if err := s.write(m.checkpointPath(r.Size), r.note); err != nil {
		return err
	}
	m.checkpoints = append(m.checkpoints, r)
	m.forget()
	return nil
}

func (m *memory) find(size uint64) (int, bool) {
	return slices.BinarySearchFunc(m.checkpoints, size, func(r record, size uint64) int { return cmp.Compare(r.Size, size) })
}

// forget removes the oldest checkpoints beyond the bound. One that cannot be removed now is tried again after the next.
func (m *memory) forget() {
	for len(m.checkpoints) > MaxRemembered {
		err := os.Remove(m.checkpointPath(m.checkpoints[0].Size))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return
		}
		m.checkpoints = slices.Delete(m.checkpoints, 0, 1)
	}
}
