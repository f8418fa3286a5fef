package checkpoint_test

import (
	"crypto"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

func TestAKeyFileIsItsOwnersAndIsNeverReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "witness.key")
	public, err := checkpoint.CreateWitnessKey(path, "witness.example/w1")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := checkpoint.CreateWitnessKey(path, "witness.example/w1"); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second key replaces the first: %v", err)
	}
	cosigner, err := checkpoint.ReadWitnessKey(path)
	if err != nil || cosigner.Verifier().String() != public {
		t.Errorf("read as %v, %v, want %s", cosigner, err, public)
	}
	if _, err := checkpoint.ReadLogKey(path); !errors.Is(err, checkpoint.ErrMalformed) {
		t.Errorf("a witness's key signs as a log: %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := checkpoint.ReadWitnessKey(path); err == nil {
		t.Error("a key that others may read is used")
	}
}

func TestAKeyIsNotPrinted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.key")
	if _, err := checkpoint.CreateLogKey(path, "log.example"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimSpace(string(text))
	signer, err := checkpoint.NewLogSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	encoded := secret[strings.LastIndex(secret, "+")+1:]
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if out := fmt.Sprintf(format, signer); strings.Contains(out, encoded) {
			t.Errorf("%s prints the key", format)
		}
	}
	for _, damaged := range []string{secret + "x", strings.Replace(secret, "log.example", "log.exampl", 1), encoded} {
		if _, err := checkpoint.NewLogSigner(damaged); !errors.Is(err, checkpoint.ErrMalformed) || strings.Contains(err.Error(), encoded) {
			t.Errorf("damaged key: %v", err)
		}
	}
}

// TestTheKeyOfALogIsThatOfItsVerifierKey signs something else with it.
func TestTheKeyOfALogIsThatOfItsVerifierKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.key")
	verifierKey, err := checkpoint.CreateLogKey(path, "log.example")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := checkpoint.ReadLogKey(path)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := signer.Key().Sign(nil, []byte("something else"), crypto.Hash(0))
	if err != nil {
		t.Fatal(err)
	}
	public, err := checkpoint.PublicKey(verifierKey)
	if err != nil || !ed25519.Verify(public, []byte("something else"), signature) {
		t.Errorf("the verifier key is of another key: %v", err)
	}
	for _, bad := range []string{"", strings.Replace(verifierKey, "log", "l", 1), witnesstest.NewCosigner(t, "witness.example").Verifier().String()} {
		if _, err := checkpoint.PublicKey(bad); !errors.Is(err, checkpoint.ErrMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestVerifierKeysAreStrict(t *testing.T) {
	key := witnesstest.NewCosigner(t, "witness.example").Verifier().String()
	logKey := witnesstest.NewLog(t, "witness.example").VerifierKey()
	for _, bad := range []string{
		"", logKey, strings.Replace(key, "witness", "w", 1), key[:len(key)-4], strings.Replace(key, "+", " +", 1),
		strings.Replace(key, "witness", strings.Repeat("n", 256), 1),
	} {
		if v, err := checkpoint.NewVerifier(bad); !errors.Is(err, checkpoint.ErrMalformed) {
			t.Errorf("%q is read as %v, %v", bad, v, err)
		}
	}
	if v, err := checkpoint.NewVerifier(key); err != nil || v.String() != key {
		t.Errorf("%v, %v, want %s", v, err, key)
	}
}

// TestOneKeySignsForManyLogs has each log's notes verified by its own string of the key and by no other's.
func TestOneKeySignsForManyLogs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.key")
	if _, err := checkpoint.CreateLogKey(path, "log.example/all"); err != nil {
		t.Fatal(err)
	}
	signer, err := checkpoint.ReadLogKey(path)
	if err != nil {
		t.Fatal(err)
	}
	notes, logs := map[string][]byte{}, map[string]checkpoint.Log{}
	for _, name := range []string{"a", "b/c"} {
		own, err := signer.For(name)
		if err != nil || own.Name() != "log.example/all/"+name {
			t.Fatalf("%v, %v", own, err)
		}
		if notes[name], err = own.Sign(checkpoint.Checkpoint{Origin: own.Name(), Root: checkpoint.EmptyRoot()}); err != nil {
			t.Fatal(err)
		}
		if logs[name], err = checkpoint.NewLog(own.Name(), own.VerifierKey()); err != nil {
			t.Fatal(err)
		}
	}
	for name, log := range logs {
		for of, signed := range notes {
			if _, err := log.Open(signed); (err == nil) != (name == of) {
				t.Errorf("a note of %s, opened as of %s: %v", of, name, err)
			}
		}
	}
	for _, name := range []string{"a b", "a+b", "a\nb"} {
		if _, err := signer.For(name); !errors.Is(err, checkpoint.ErrMalformed) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
