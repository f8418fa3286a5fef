package postgres

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// passwords keeps a generated password a role, each in a file that only we can read.
type passwords struct{ dir string }

// of returns the role's password and makes it up the first time.
func (p passwords) of(role string) (string, error) {
	if err := validName(role); err != nil {
		return "", err
	}
	path := filepath.Join(p.dir, role)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p.create(path)
	}
	if err != nil {
		return "", fmt.Errorf("password of %s: %w", role, err)
	}
	return strings.TrimSpace(string(text)), nil
}

// create writes aside first: the server may know the password by the time we crash, so half a file must not exist.
// Of two callers at once, both get the one that was linked first.
func (p passwords) create(path string) (string, error) {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return "", fmt.Errorf("passwords folder: %w", err)
	}
	draft, err := os.CreateTemp(p.dir, ".new-*") // mode 0600
	if err != nil {
		return "", fmt.Errorf("write password: %w", err)
	}
	defer os.Remove(draft.Name())
	_, writeErr := draft.WriteString(rand.Text() + "\n")
	if err := errors.Join(writeErr, draft.Sync(), draft.Close()); err != nil {
		return "", fmt.Errorf("write password: %w", err)
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("write password: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
