package sealing

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/services/vault"
	"github.com/pcc-platform/pcc/services/vault/internal/keytree"
)

// files are key files of a test.
type files struct{ wrapping, data, hash, tree string }

func newFiles(t *testing.T) files {
	t.Helper()
	dir := t.TempDir()
	f := files{filepath.Join(dir, "wrapping"), filepath.Join(dir, "data"), filepath.Join(dir, "hash"), filepath.Join(dir, "tree")}
	if err := CreateWrappingKey(f.wrapping); err != nil {
		t.Fatal(err)
	}
	w := f.wrapper(t)
	if err := CreateDataKeyset(t.Context(), f.data, w); err != nil {
		t.Fatal(err)
	}
	if err := CreateHashKeyset(t.Context(), f.hash, w); err != nil {
		t.Fatal(err)
	}
	if err := keytree.Create(t.Context(), f.tree, w); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f files) keys(t *testing.T) *keytree.File {
	t.Helper()
	keys, err := keytree.Open(t.Context(), f.tree, f.wrapper(t))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func (f files) wrapper(t *testing.T) *FileWrapper {
	t.Helper()
	w, err := OpenWrapper(f.wrapping)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (f files) sealer(t *testing.T) *Sealer {
	t.Helper()
	s, err := OpenSealer(t.Context(), f.data, f.wrapper(t), f.keys(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealedDataOpensOnlyInItsPlace(t *testing.T) {
	f, shred := newFiles(t), uuid.New()
	sealed, err := f.sealer(t).Seal(t.Context(), shred, []byte("secret"), "row/1")
	if err != nil || bytes.Contains(sealed.Ciphertext, []byte("secret")) || sealed.KeyID == 0 {
		t.Fatalf("sealed %+v, %v", sealed, err)
	}
	reopened := f.sealer(t) // as after a restart
	if plaintext, err := reopened.Open(t.Context(), shred, sealed.Ciphertext, "row/1"); err != nil || string(plaintext) != "secret" {
		t.Errorf("opened %q, %v", plaintext, err)
	}
	if _, err := reopened.Open(t.Context(), shred, sealed.Ciphertext, "row/2"); err == nil {
		t.Error("opened in another place")
	}
	if _, err := newFiles(t).sealer(t).Open(t.Context(), shred, sealed.Ciphertext, "row/1"); err == nil {
		t.Error("opened with another keyset")
	}
	if _, err := reopened.Open(t.Context(), uuid.New(), sealed.Ciphertext, "row/1"); err == nil {
		t.Error("opened with another row's key")
	}
}

func TestNothingOpensOnceItsKeyIsDestroyed(t *testing.T) {
	f, shred, kept := newFiles(t), uuid.New(), uuid.New()
	s := f.sealer(t)
	sealed, err := s.Seal(t.Context(), shred, []byte("secret"), "row/1")
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.Seal(t.Context(), kept, []byte("other"), "row/2")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.keys(t).Destroy(t.Context(), []uuid.UUID{shred}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Sealer{s, f.sealer(t)} {
		if _, err := s.Open(t.Context(), shred, sealed.Ciphertext, "row/1"); !errors.Is(err, vault.ErrShredded) {
			t.Errorf("opened: %v", err)
		}
		if plaintext, err := s.Open(t.Context(), kept, other.Ciphertext, "row/2"); err != nil || string(plaintext) != "other" {
			t.Errorf("another row: %q, %v", plaintext, err)
		}
	}
	if _, err := s.Seal(t.Context(), shred, nil, "row/1"); !errors.Is(err, vault.ErrShredded) {
		t.Errorf("sealed under a destroyed key: %v", err)
	}
}

func TestHashesDependOnContentAndKey(t *testing.T) {
	hash := func(f files, content string) string {
		h, err := OpenHasher(t.Context(), f.hash, f.wrapper(t))
		if err != nil {
			t.Fatal(err)
		}
		sum, err := h.Hash([]byte(content))
		if err != nil || len(sum) != hashSize {
			t.Fatalf("%d bytes, %v", len(sum), err)
		}
		return string(sum)
	}
	f := newFiles(t)
	first, again := hash(f, "a"), hash(f, "a")
	if first != again || first == hash(f, "b") || first == hash(newFiles(t), "a") {
		t.Error("the hash is not a function of content and key alone")
	}
}

func TestKeysetsAreRefusedOutOfTheirPlace(t *testing.T) {
	f, other := newFiles(t), newFiles(t)
	if _, err := OpenSealer(t.Context(), f.data, other.wrapper(t), f.keys(t)); err == nil {
		t.Error("unwrapped with another key")
	}
	if _, err := OpenSealer(t.Context(), f.hash, f.wrapper(t), f.keys(t)); err == nil {
		t.Error("the hash keyset is taken for the data keyset")
	}
	if err := os.Chmod(f.wrapping, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenWrapper(f.wrapping); err == nil || !strings.Contains(err.Error(), "open to others") {
		t.Errorf("a key that all may read: %v", err)
	}
}

func TestAMalformedKeyFileIsNotQuoted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte("zz-secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenWrapper(path); err == nil || strings.Contains(err.Error(), "zz") {
		t.Errorf("error %v", err)
	}
}
