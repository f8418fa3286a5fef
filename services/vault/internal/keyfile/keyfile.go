// Package keyfile keeps secret keys in files: one line of hexadecimal digits that only the owner may read.
package keyfile

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	// ownerOnly are the permissions of a key file, othersMask those it must not have.
	ownerOnly  = 0o600
	othersMask = 0o077
	// maxBytes bounds a key file.
	maxBytes = 64 << 10
)

// Read returns the content of the key file at path. A file that others may read or write is refused: its key has to be
// taken for known.
func Read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("keyfile: %w", err)
	}
	if info.Mode().Perm()&othersMask != 0 {
		return nil, fmt.Errorf("keyfile: %s is open to others (mode %04o, want %04o)", path, info.Mode().Perm(), ownerOnly)
	}
	if info.Size() > maxBytes {
		return nil, fmt.Errorf("keyfile: %s is larger than %d bytes", path, maxBytes)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("keyfile: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) == 0 {
		// The decoder's error quotes the content.
		return nil, fmt.Errorf("keyfile: %s is not hexadecimal", path)
	}
	return key, nil
}

// Create writes a new key file. One that exists is never touched: the data under its key would be lost.
func Create(path string, key []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keyfile: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerOnly)
	if err != nil {
		return fmt.Errorf("keyfile: %w", err)
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
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
