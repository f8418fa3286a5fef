package checkpoint

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	ownerOnly    = 0o600
	maxKeyBytes  = 1 << 10
	notOwnerBits = 0o077
)

// CreateLogKey makes a log's key, writes it to a new file at path for its owner alone, and returns the verifier key. It
// never replaces a file: the error then wraps [os.ErrExist].
func CreateLogKey(path, name string) (verifierKey string, err error) {
	secret, err := createKey(path, name, typeLog)
	if err != nil {
		return "", err
	}
	signer, err := NewLogSigner(secret)
	if err != nil {
		return "", err
	}
	return signer.VerifierKey(), nil
}

// CreateWitnessKey is [CreateLogKey] for the key of a witness.
func CreateWitnessKey(path, name string) (verifierKey string, err error) {
	secret, err := createKey(path, name, typeCosignature)
	if err != nil {
		return "", err
	}
	cosigner, err := NewCosigner(secret)
	if err != nil {
		return "", err
	}
	return cosigner.Verifier().String(), nil
}

// ReadLogKey reads a file of [CreateLogKey]. It refuses one that others than its owner may use.
func ReadLogKey(path string) (*LogSigner, error) {
	secret, err := readKey(path)
	if err != nil {
		return nil, err
	}
	return NewLogSigner(secret)
}

// ReadWitnessKey reads a file of [CreateWitnessKey]. It refuses one that others than its owner may use.
func ReadWitnessKey(path string) (*Cosigner, error) {
	secret, err := readKey(path)
	if err != nil {
		return nil, err
	}
	return NewCosigner(secret)
}

func createKey(path, name string, typ byte) (secret string, err error) {
	secret, err = generate(name, typ)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerOnly)
	if err != nil {
		return "", fmt.Errorf("checkpoint: key file: %w", err)
	}
	_, err = io.WriteString(f, secret+"\n")
	if err = errors.Join(err, f.Sync(), f.Close(), syncFolder(filepath.Dir(path))); err != nil {
		return "", fmt.Errorf("checkpoint: write the key file: %w", err)
	}
	return secret, nil
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func readKey(path string) (secret string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("checkpoint: key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("checkpoint: key file: %w", err)
	}
	if info.Mode().Perm()&notOwnerBits != 0 {
		return "", fmt.Errorf("checkpoint: key file %s has the mode %#o: nobody but its owner may use it", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyBytes))
	if err != nil {
		return "", fmt.Errorf("checkpoint: key file: %w", err)
	}
	return strings.TrimSuffix(string(text), "\n"), nil
}
