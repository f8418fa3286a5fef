// Package keyfile keeps secret keys in files that only the owner may read: one line of hexadecimal digits, or bytes as they are.
package keyfile

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	// ownerOnly are the permissions of a key file, othersMask those it must not have, worldMask those not even an encrypted one has.
	ownerOnly  = 0o600
	othersMask = 0o077
	worldMask  = 0o007
	// maxBytes bounds a key file.
	maxBytes = 64 << 10
)

// Read returns the content of the key file at path. A file that others may read or write is refused: its key has to be
// taken for known.
func Read(path string) ([]byte, error) {
	text, err := read(path, othersMask, maxBytes)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) == 0 {
		// The decoder's error quotes the content.
		return nil, fmt.Errorf("keyfile: %s is not hexadecimal", path)
	}
	return key, nil
}

// ReadBinary returns at most limit bytes, the whole of the file at path. Its content is encrypted, and its group may read it, which a
// Kubernetes volume cannot prevent; nobody else may.
func ReadBinary(path string, limit int64) ([]byte, error) { return read(path, worldMask, limit) }

func read(path string, refused os.FileMode, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("keyfile: %w", err)
	}
	if info.Mode().Perm()&refused != 0 {
		return nil, fmt.Errorf("keyfile: %s is open to others (mode %04o, want %04o)", path, info.Mode().Perm(), ownerOnly)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("keyfile: %s is larger than %d bytes", path, limit)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("keyfile: %w", err)
	}
	return content, nil
}

// Create writes a new key file. One that exists is never touched: the data under its key would be lost.
func Create(path string, key []byte) error {
	return CreateBinary(path, []byte(hex.EncodeToString(key)+"\n"))
}

// CreateBinary writes a new file with content as it is. One that exists is never touched.
func CreateBinary(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keyfile: %w", err)
	}
	return write(path, os.O_EXCL, content)
}

// Replace puts content in the place of the file at path, at once and durably: after a crash there is either the old file or the
// new one, and after Replace the new one.
func Replace(path string, content []byte) error {
	next := path + ".next"
	if err := write(next, os.O_TRUNC, content); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("keyfile: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

func write(path string, flag int, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, ownerOnly)
	if err != nil {
		return fmt.Errorf("keyfile: %w", err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("keyfile: write %s: %w", path, err)
	}
	return nil
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("keyfile: %w", err)
	}
	defer func() { _ = folder.Close() }() // it was only read
	if err := folder.Sync(); err != nil {
		return fmt.Errorf("keyfile: sync %s: %w", path, err)
	}
	return nil
}
