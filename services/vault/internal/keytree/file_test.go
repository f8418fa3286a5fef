package keytree_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/pcc-platform/pcc/services/vault/internal/keytree"
	"github.com/pcc-platform/pcc/services/vault/internal/sealing"
)

// place is a file of a test, and what wraps it.
type place struct {
	path    string
	wrapper sealing.KeyWrapper
}

func newPlace(t *testing.T) place {
	t.Helper()
	dir := t.TempDir()
	wrapping := filepath.Join(dir, "wrapping.key")
	must(t, sealing.CreateWrappingKey(wrapping))
	w, err := sealing.OpenWrapper(wrapping)
	must(t, err)
	p := place{path: filepath.Join(dir, "tree", "key.tree"), wrapper: w}
	must(t, keytree.Create(t.Context(), p.path, p.wrapper))
	return p
}

func (p place) open(t *testing.T) *keytree.File {
	t.Helper()
	f, err := keytree.Open(t.Context(), p.path, p.wrapper)
	must(t, err)
	return f
}

// key returns the key of a name, nil when it is destroyed.
func key(t *testing.T, f *keytree.File, name uuid.UUID) []byte {
	t.Helper()
	k, ok, err := f.Key(t.Context(), name)
	must(t, err)
	if !ok {
		return nil
	}
	return k[:]
}

func TestADestroyedKeyIsGoneForEverybody(t *testing.T) {
	p := newPlace(t)
	f, other := p.open(t), p.open(t)
	lost, kept := uuid.New(), uuid.New()
	lostKey, keptKey := key(t, f, lost), key(t, f, kept)
	if bytes.Equal(lostKey, keptKey) || !bytes.Equal(lostKey, key(t, other, lost)) {
		t.Fatal("keys are not functions of their names alone")
	}
	for range 2 {
		must(t, f.Destroy(t.Context(), []uuid.UUID{lost}))
	}
	for who, f := range map[string]*keytree.File{"who destroyed it": f, "another process": other, "a restarted one": p.open(t)} {
		if key(t, f, lost) != nil || !bytes.Equal(key(t, f, kept), keptKey) {
			t.Errorf("%s has other keys than it should", who)
		}
		if gone, err := f.Destroyed(t.Context(), []uuid.UUID{kept, lost}); err != nil || len(gone) != 1 || gone[0] != lost {
			t.Errorf("%s takes %v for destroyed, %v", who, gone, err)
		}
	}
}

func TestManyDestroyAtOnce(t *testing.T) {
	p := newPlace(t)
	var names []uuid.UUID
	var group errgroup.Group
	for range 4 {
		f := p.open(t)
		for range 5 {
			name := uuid.New()
			names = append(names, name)
			group.Go(func() error { return f.Destroy(t.Context(), []uuid.UUID{name}) })
		}
	}
	must(t, group.Wait())
	if gone, err := p.open(t).Destroyed(t.Context(), names); err != nil || len(gone) != len(names) {
		t.Errorf("%d of %d are destroyed, %v", len(gone), len(names), err)
	}
}

func TestTheFileIsGuarded(t *testing.T) {
	p := newPlace(t)
	if err := keytree.Create(t.Context(), p.path, p.wrapper); err == nil {
		t.Error("a tree was replaced by a new one")
	}
	if _, err := keytree.Open(t.Context(), p.path, newPlace(t).wrapper); err == nil {
		t.Error("opened under another wrapping key")
	}
	must(t, os.Chmod(p.path, 0o644))
	if _, err := keytree.Open(t.Context(), p.path, p.wrapper); err == nil || !strings.Contains(err.Error(), "open to others") {
		t.Errorf("a file that all may read: %v", err)
	}
	if err := os.Chmod(p.path, 0o600); err != nil {
		t.Fatal(err)
	}
	f := p.open(t)
	if err := f.Destroy(t.Context(), make([]uuid.UUID, keytree.MaxDestroyed+1)); err == nil {
		t.Error("destroyed more than the bound")
	}
	must(t, os.Remove(p.path))
	if _, _, err := f.Key(t.Context(), uuid.New()); err == nil {
		t.Error("a key without its file")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
