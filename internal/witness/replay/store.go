package replay

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
)

const (
	// maxRoots bounds the epochs of which the index root is remembered: as many as a witness remembers checkpoints of.
	maxRoots = 1024
	// listsPerWrite bounds the memory and the time of one transaction.
	listsPerWrite = 8192

	ownerFile   = 0o600
	lockTimeout = time.Second
)

// The file's buckets and keys.
var (
	bucketState = []byte("state") // keyOrigin, keyState, keyRecord
	bucketRoots = []byte("roots") // number of an epoch, 8 bytes big endian -> root of the index with it
	bucketLists = []byte("lists") // key of a list -> versions

	keyOrigin = []byte("origin")
	keyState  = []byte("state")
	keyRecord = []byte("record")
)

// The changes of the file that writing an epoch makes, in their order; the first as often as needed.
const (
	stepLists = "write lists"
	stepState = "write the state"
)

// store is the follower's file. One process has it at a time.
type store struct {
	db *bbolt.DB

	mu      sync.Mutex
	inDoubt error

	// step is told each change of the file before it happens, and fails it with an error. Tests only; nil otherwise.
	step func(name string) error
}

// openStore opens the file of a log, or makes it.
func openStore(path, origin string) (_ *store, err error) {
	db, err := bbolt.Open(path, ownerFile, &bbolt.Options{Timeout: lockTimeout, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return nil, fmt.Errorf("replay: %s: %w", path, err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketState, bucketRoots, bucketLists} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		state := tx.Bucket(bucketState)
		if of := state.Get(keyOrigin); of != nil && string(of) != origin {
			return fmt.Errorf("%w: it is of the log %q", ErrDamaged, of)
		}
		return state.Put(keyOrigin, []byte(origin))
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("replay: %s: %w", path, err), db.Close())
	}
	return &store{db: db}, nil
}

func (s *store) close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("replay: close: %w", err)
	}
	return nil
}

// doubt is the failure after which nothing is written any more, if there was one.
func (s *store) doubt() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inDoubt
}

// load reads the last epoch that counts, takes back what is written of a later one, and holds all against the record.
func (s *store) load() (replayed, error) {
	var encoded []byte
	var last replayed
	err := s.db.View(func(tx *bbolt.Tx) error {
		state := tx.Bucket(bucketState)
		encoded, last.record = append(encoded, state.Get(keyState)...), string(state.Get(keyRecord))
		return nil
	})
	if err != nil {
		return replayed{}, fmt.Errorf("replay: read: %w", err)
	}
	if len(encoded) == 0 {
		encoded = epoch.Start().Bytes()
	}
	if last.state, err = epoch.ParseState(encoded, headmap.New()); err != nil {
		return replayed{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if last.state.Heads, err = s.heads(last.state.Number()); err != nil {
		return replayed{}, err
	}
	if number := last.state.Number(); number > 0 {
		if root, err := s.root(number); err != nil || root != last.state.Index.Head().Root {
			return replayed{}, fmt.Errorf("%w: the root of the index is not the one remembered", ErrDamaged)
		}
	}
	return last, last.check()
}

// check holds a state that was read against the record that was read with it.
func (r replayed) check() error {
	number, content := uint64(0), epoch.Start().Content()
	if r.record != "" {
		parsed, err := model.ParseEpoch([]byte(r.record))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		number, content = parsed.Number, epoch.ContentOf(parsed)
	}
	if r.state.Number() != number {
		return fmt.Errorf("%w: the state of epoch %d with record %d", ErrDamaged, r.state.Number(), number)
	}
	if err := epoch.Check(r.state.Content(), content); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// put writes an epoch with the lists that it changed. When it returns nil, the epoch is on disk and counts.
func (s *store) put(last replayed, lists []epoch.KeyedList) error {
	for {
		some := lists[:min(len(lists), listsPerWrite)]
		lists = lists[len(some):]
		err := s.update(stepLists, func(tx *bbolt.Tx) error { return putLists(tx, last.state.Number(), some) })
		if err != nil {
			return err
		}
		if len(lists) == 0 {
			return s.update(stepState, func(tx *bbolt.Tx) error { return putState(tx, last) })
		}
	}
}

func putState(tx *bbolt.Tx, last replayed) error {
	state, roots, number := tx.Bucket(bucketState), tx.Bucket(bucketRoots), last.state.Number()
	root := last.state.Index.Head().Root
	err := errors.Join(
		state.Put(keyState, last.state.Bytes()),
		state.Put(keyRecord, []byte(last.record)),
		roots.Put(rootKey(number), root[:]),
	)
	if err != nil || number <= maxRoots {
		return err
	}
	return roots.Delete(rootKey(number - maxRoots))
}

// update makes one change of the file. After a failure it is not known what is on disk, and nothing more is written.
func (s *store) update(step string, change func(*bbolt.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inDoubt != nil {
		return s.inDoubt
	}
	err := error(nil)
	if s.step != nil {
		err = s.step(step)
	}
	if err == nil {
		err = s.db.Update(change)
	}
	if err != nil {
		s.inDoubt = fmt.Errorf("%w: %w", errInDoubt, err)
	}
	return s.inDoubt
}

// root returns the root of the index with an epoch.
func (s *store) root(number uint64) (root proof.Hash, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		stored := tx.Bucket(bucketRoots).Get(rootKey(number))
		if len(stored) != len(root) {
			return fmt.Errorf("replay: the root of epoch %d is not remembered", number)
		}
		root = proof.Hash(stored)
		return nil
	})
	return root, err
}

// lists is the store's [epoch.Loader].
func (s *store) lists(_ context.Context, keys []proof.Key) ([]proof.List, error) {
	lists := make([]proof.List, len(keys))
	err := s.db.View(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(bucketLists)
		for i, key := range keys {
			v, err := parseVersions(bucket.Get(key[:]))
			if err != nil {
				return err
			}
			lists[i] = v.list
		}
		return nil
	})
	return lists, err
}

func rootKey(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }
