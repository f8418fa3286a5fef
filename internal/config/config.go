// Package config reads a program's configuration file: YAML, and strict, so that a misspelt key stops the program
// instead of being ignored.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

// maxBytes bounds a configuration file.
const maxBytes = 1 << 20

// Load decodes the file at path into out. An unknown key, a second document, or a file over 1 MiB is an error.
func Load(path string, out any) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	// One byte more than allowed: a file that is cut short could still be a valid, other configuration.
	raw, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if len(raw) > maxBytes {
		return fmt.Errorf("config: %s: larger than %d bytes", path, maxBytes)
	}
	return decode(raw, path, out)
}

func decode(raw []byte, path string, out any) error {
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(out); err != nil {
		return fmt.Errorf("config: %s: %w", path, err)
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("config: %s: more than one document", path)
	}
	return nil
}
