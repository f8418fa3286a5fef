package witness

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/evidence"
)

// shelfName is a folder of documents.
type shelfName string

const (
	onEvidence    shelfName = "evidence"
	onUnexplained shelfName = "unexplained"
)

// shelf is a bounded set of documents of one log, each in a file that is named by its hash.
type shelf struct {
	folder, suffix string
	maxDocuments   int
	maxBytes       int64
	// ids ascend.
	ids []string
}

func newShelves(folder string) map[shelfName]*shelf {
	return map[shelfName]*shelf{
		onEvidence: {
			folder: filepath.Join(folder, string(onEvidence)), suffix: ".json",
			maxDocuments: MaxEvidence, maxBytes: evidence.MaxBytes,
		},
		onUnexplained: {
			folder: filepath.Join(folder, string(onUnexplained)), suffix: checkpointSuffix,
			maxDocuments: MaxUnexplained, maxBytes: checkpoint.MaxNoteBytes,
		},
	}
}

// keep puts a document on a shelf, unless that is full. The same document twice is one.
func (s *store) keep(log string, on shelfName, doc []byte) (kept bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.logs[log]
	if m == nil {
		return false, errNoSuchLog
	}
	shelf, id := m.shelves[on], evidence.ID(doc)
	i, known := slices.BinarySearch(shelf.ids, id)
	if known {
		return true, nil
	}
	if len(shelf.ids) >= shelf.maxDocuments {
		return false, nil
	}
	if err := s.write(shelf.path(id), doc); err != nil {
		return false, err
	}
	shelf.ids = slices.Insert(shelf.ids, i, id)
	return true, nil
}

// kept returns the IDs of the documents on a shelf.
func (s *store) kept(log string, on shelfName) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.logs[log]
	if m == nil {
		return nil
	}
	return slices.Clone(m.shelves[on].ids)
}

// read returns one document, or an error that wraps [os.ErrNotExist].
func (s *store) read(log string, on shelfName, id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.logs[log]
	if m == nil || !slices.Contains(m.shelves[on].ids, id) {
		return nil, fmt.Errorf("witness: document %s: %w", id, os.ErrNotExist)
	}
	return m.shelves[on].load(id)
}

// remove takes a document off a shelf.
func (s *store) remove(log string, on shelfName, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.logs[log]
	if m == nil {
		return errNoSuchLog
	}
	shelf := m.shelves[on]
	i, ok := slices.BinarySearch(shelf.ids, id)
	if !ok {
		return nil
	}
	if err := os.Remove(shelf.path(id)); err != nil {
		return fmt.Errorf("witness: remove: %w", err)
	}
	shelf.ids = slices.Delete(shelf.ids, i, i+1)
	return nil
}

func (s *shelf) path(id string) string { return filepath.Join(s.folder, id+s.suffix) }

// open reads the folder of a shelf.
func (s *shelf) open() error {
	return eachFile(s.folder, func(path string) error {
		id := strings.TrimSuffix(filepath.Base(path), s.suffix)
		if s.path(id) != path {
			return errors.New("its name is none of this folder")
		}
		if _, err := s.load(id); err != nil {
			return err
		}
		s.ids = append(s.ids, id)
		return nil
	})
}

func (s *shelf) load(id string) ([]byte, error) {
	doc, err := readBounded(s.path(id), s.maxBytes)
	if err != nil {
		return nil, err
	}
	if evidence.ID(doc) != id {
		return nil, fmt.Errorf("%w: document %s has another hash", errDamaged, id)
	}
	return doc, nil
}
