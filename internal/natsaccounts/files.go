package natsaccounts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// keyPair reads the seed at path; create makes one the first time. Of two callers at once, in this process or two,
// both get the key that was there first.
func keyPair(path string, create func() (nkeys.KeyPair, error)) (nkeys.KeyPair, error) {
	seed, err := os.ReadFile(path)
	if err == nil {
		return nkeys.FromSeed(seed)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read key: %w", err)
	}
	key, err := create()
	if err != nil {
		return nil, fmt.Errorf("create key: %w", err)
	}
	if seed, err = key.Seed(); err != nil {
		return nil, fmt.Errorf("create key: %w", err)
	}
	if err := write(path, seed, os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if seed, err = os.ReadFile(path); err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	return nkeys.FromSeed(seed)
}

// keepToken returns the token at path if it is the signer's and same says that it claims what it should; otherwise it
// signs claims and keeps the result there. Issuing only on change makes the token's age tell versions apart.
func keepToken[C jwt.Claims](path string, claims C, signer nkeys.KeyPair, decode func(string) (C, error), same func(C) bool) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read token: %w", err)
	}
	issuer, keyErr := signer.PublicKey()
	if keyErr != nil {
		return "", fmt.Errorf("public key: %w", keyErr)
	}
	if err == nil {
		old, err := decode(string(text))
		if err == nil && old.Claims().Issuer == issuer && old.Claims().Subject == claims.Claims().Subject && same(old) {
			return string(text), nil
		}
	}
	token, err := claims.Encode(signer)
	if err != nil {
		return "", fmt.Errorf("encode token: %w", err)
	}
	return token, writeSecret(path, []byte(token))
}

// readToken reads the claims of the token at path.
func readToken[C jwt.Claims](path string, decode func(string) (C, error)) (claims C, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return claims, fmt.Errorf("read token: %w", err)
	}
	return decode(string(text))
}

// writeSecret replaces the file at path.
func writeSecret(path string, text []byte) error { return write(path, text, os.Rename) }

// write makes the file at path, which only we can read, in one step: publish puts a finished draft there.
func write(path string, text []byte, publish func(draft, path string) error) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keys folder: %w", err)
	}
	draft, err := os.CreateTemp(dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	defer os.Remove(draft.Name())
	_, writeErr := draft.Write(text)
	if err := errors.Join(writeErr, draft.Sync(), draft.Close()); err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	if err := publish(draft.Name(), path); err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	return nil
}
