package witness

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

const (
	ownerFolder = 0o700
	ownerFile   = 0o600

	checkpointFolder = "checkpoints"
	checkpointSuffix = ".note"
	// unfinished is the name of a file until it is whole.
	unfinished = "new"
)

// The changes of the disk that one write makes, in their order.
const (
	stepCreate  = "create"
	stepWrite   = "write"
	stepSync    = "sync the file"
	stepRename  = "rename"
	stepSyncDir = "sync the folder"
)

// write makes a file that is there as a whole or not at all. After nil it is on disk. If the name may or may not be on
// disk, nothing more is written until the folder is opened again, because the memory may then contradict it.
func (s *store) write(path string, data []byte) error {
	if s.inDoubt != nil {
		return s.inDoubt
	}
	draft := filepath.Join(filepath.Dir(path), unfinished)
	if err := s.writeDraft(draft, data); err != nil {
		return fmt.Errorf("witness: write %s: %w", path, errors.Join(err, os.RemoveAll(draft)))
	}
	if err := s.publish(draft, path); err != nil {
		s.inDoubt = fmt.Errorf("%w: %w", errInDoubt, err)
		return s.inDoubt
	}
	return nil
}

func (s *store) writeDraft(draft string, data []byte) error {
	if err := s.before(stepCreate); err != nil {
		return err
	}
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, ownerFile)
	if err != nil {
		return err
	}
	if err = s.before(stepWrite); err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = s.before(stepSync)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (s *store) publish(draft, path string) error {
	if err := s.before(stepRename); err != nil {
		return err
	}
	if err := os.Rename(draft, path); err != nil {
		return err
	}
	if err := s.before(stepSyncDir); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func (s *store) before(step string) error {
	if s.step == nil {
		return nil
	}
	return s.step(step)
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func (m *memory) checkpointPath(size uint64) string {
	return filepath.Join(m.folder, checkpointFolder, fmt.Sprintf("%020d", size)+checkpointSuffix)
}

// loadMemory reads the folder of a log, which it makes if need be. It syncs each folder first: a name that a killed process
// has left behind counts, and must not be lost afterwards.
func loadMemory(folder, origin string, witness *checkpoint.Verifier) (*memory, error) {
	m := &memory{folder: folder, shelves: newShelves(folder)}
	err := eachFile(filepath.Join(folder, checkpointFolder), func(path string) error {
		r, err := readRecord(path, witness)
		if err != nil {
			return err
		}
		if r.Origin != origin || m.checkpointPath(r.Size) != path {
			return errors.New("its name is that of another checkpoint")
		}
		m.checkpoints = append(m.checkpoints, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, shelf := range m.shelves {
		if err := shelf.open(); err != nil {
			return nil, err
		}
	}
	if err := syncFolder(folder); err != nil {
		return nil, fmt.Errorf("witness: folder: %w", err)
	}
	return m, nil
}

// eachFile calls read for each whole file of a folder, in the order of their names.
func eachFile(folder string, read func(path string) error) error {
	if err := os.MkdirAll(folder, ownerFolder); err != nil {
		return fmt.Errorf("witness: folder: %w", err)
	}
	if err := syncFolder(folder); err != nil {
		return fmt.Errorf("witness: folder: %w", err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("witness: folder: %w", err)
	}
	for _, entry := range entries {
		if entry.Name() == unfinished {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		if err := read(path); err != nil {
			return fmt.Errorf("%w: %s: %w", errDamaged, path, err)
		}
	}
	return nil
}

func readRecord(path string, witness *checkpoint.Verifier) (record, error) {
	signed, err := readBounded(path, checkpoint.MaxNoteBytes)
	if err != nil {
		return record{}, err
	}
	c, err := checkpoint.Unverified(signed)
	if err != nil {
		return record{}, err
	}
	cosignature, err := witness.Open(signed)
	if err != nil {
		return record{}, err
	}
	return record{Checkpoint: c, note: signed, cosignature: cosignature}, nil
}

func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("more than %d bytes", limit)
	}
	return data, nil
}
