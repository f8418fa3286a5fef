package prooftest

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// Types of the keys, by c2sp.org/signed-note.
const (
	logKey     byte = 0x01
	witnessKey byte = 0x04
)

// NewLog returns the signer of a log with an origin.
func NewLog(t testing.TB, origin string) *checkpoint.LogSigner {
	t.Helper()
	signer, err := checkpoint.NewLogSigner(signerKey(origin, logKey))
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// NewWitness returns a witness.
func NewWitness(t testing.TB, name string) *checkpoint.Cosigner {
	t.Helper()
	witness, err := checkpoint.NewCosigner(signerKey(name, witnessKey))
	if err != nil {
		t.Fatal(err)
	}
	return witness
}

// signerKey derives a key from its name, in the encoding of package checkpoint.
func signerKey(name string, typ byte) string {
	private := ed25519.NewKeyFromSeed(seed(name))
	public := append([]byte{typ}, private.Public().(ed25519.PublicKey)...)
	id := sha256.Sum256(append([]byte(name+"\n"), public...))
	return fmt.Sprintf("PRIVATE+KEY+%s+%x+%s", name, id[:4], base64.StdEncoding.EncodeToString(append([]byte{typ}, private.Seed()...)))
}

// Note signs the checkpoint of a log and has it cosigned at the time given.
func Note(t testing.TB, log *checkpoint.LogSigner, c checkpoint.Checkpoint, at time.Time, witnesses ...*checkpoint.Cosigner) string {
	t.Helper()
	signed, err := log.Sign(c)
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range witnesses {
		cosignature, err := w.Cosign(text, at)
		if err != nil {
			t.Fatal(err)
		}
		signed = append(signed, cosignature.Line...)
	}
	return string(signed)
}
