package keytree

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/pcc-platform/pcc/services/vault/internal/keyfile"
)

const (
	// purpose is bound to the wrapping, so that no other file is taken for this one.
	purpose = "pcc/vault/key tree/v1"
	// maxBytes bounds the file: some hundred thousand destroyed keys, each of which leaves about two kilobytes.
	maxBytes = 1 << 30
	// MaxDestroyed bounds the keys of one call of Destroy.
	MaxDestroyed = 10_000
)

// File is a key tree in a file. It is safe for concurrent use.
type File struct {
	path    string
	wrapper tink.AEADWithContext

	mu   sync.RWMutex
	tree tree
	read os.FileInfo // of the file as it was read
}

// Create makes a new tree in a new file.
func Create(ctx context.Context, path string, w tink.AEADWithContext) error {
	root := node{}
	_, _ = rand.Read(root.key[:]) // never fails, by its documentation
	wrapped, err := (&tree{nodes: []node{root}}).wrap(ctx, w)
	if err != nil {
		return err
	}
	return keyfile.CreateBinary(path, wrapped)
}

// Open reads the tree in the file at path.
func Open(ctx context.Context, path string, w tink.AEADWithContext) (*File, error) {
	f := &File{path: path, wrapper: w}
	if err := f.refresh(ctx); err != nil {
		return nil, err
	}
	return f, nil
}

// Key returns the key of a name, or false when it was destroyed.
func (f *File) Key(ctx context.Context, name uuid.UUID) (key [KeySize]byte, ok bool, err error) {
	if err := f.refresh(ctx); err != nil {
		return key, false, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	key, ok = f.tree.key(leafOf(name))
	return key, ok, nil
}

// Destroyed returns those of names whose keys are destroyed.
func (f *File) Destroyed(ctx context.Context, names []uuid.UUID) (gone []uuid.UUID, err error) {
	if err := f.refresh(ctx); err != nil {
		return nil, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, name := range names {
		if _, ok := f.tree.find(leafOf(name)); !ok {
			gone = append(gone, name)
		}
	}
	return gone, nil
}

// Destroy destroys the keys of at most MaxDestroyed names for good. One that is destroyed already stays so.
func (f *File) Destroy(ctx context.Context, names []uuid.UUID) error {
	if len(names) > MaxDestroyed {
		return fmt.Errorf("keytree: %d keys at once, at most %d", len(names), MaxDestroyed)
	}
	unlock, err := f.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := f.refresh(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	left, changed := tree{nodes: append([]node(nil), f.tree.nodes...)}, false
	for _, name := range names {
		changed = left.destroy(leafOf(name)) || changed
	}
	if !changed {
		return nil
	}
	wrapped, err := left.wrap(ctx, f.wrapper)
	if err != nil {
		return err
	}
	if len(wrapped) > maxBytes {
		return errors.New("keytree: the file would be too large")
	}
	if err := keyfile.Replace(f.path, wrapped); err != nil {
		return err
	}
	f.tree, f.read = left, nil // whatever was read before is not what is there
	return nil
}

// refresh reads the file unless it is the one that was read.
func (f *File) refresh(ctx context.Context) error {
	info, err := os.Stat(f.path)
	if err != nil {
		return fmt.Errorf("keytree: %w", err)
	}
	f.mu.RLock()
	current := f.read != nil && os.SameFile(f.read, info) && f.read.ModTime().Equal(info.ModTime())
	f.mu.RUnlock()
	if current {
		return nil
	}
	wrapped, err := keyfile.ReadBinary(f.path, maxBytes)
	if err != nil {
		return err
	}
	read, err := unwrap(ctx, f.wrapper, wrapped)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tree, f.read = read, info
	return nil
}

// lock keeps other processes and goroutines from destroying keys meanwhile.
func (f *File) lock() (unlock func(), err error) {
	file, err := os.OpenFile(f.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keytree: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("keytree: lock: %w", err)
	}
	return func() { _ = file.Close() }, nil // which unlocks
}
