package proof_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

func TestEntryLayoutIsFixed(t *testing.T) {
	frame := proof.Frame("ab", [16]byte{1}, []byte{1, 2, 3})
	commitment := sha256.Sum256(frame)
	e := proof.EntryOf(proof.Key{0xa0, 31: 0xaf}, frame)
	want := "02" + "a0" + strings.Repeat("00", 30) + "af" + hex.EncodeToString(commitment[:])
	if got := hex.EncodeToString(e.Bytes()); got != want || len(e.Bytes()) != proof.EntryBytes {
		t.Fatalf("entry = %s, want %s", got, want)
	}
	if got, want := e.Hash(), sha256.Sum256(append([]byte{0}, e.Bytes()...)); got != want {
		t.Errorf("leaf hash = %x, want %x", got, want)
	}
	if back, err := proof.ParseEntry(e.Bytes()); err != nil || back != e {
		t.Errorf("ParseEntry = %+v, %v", back, err)
	}
}

// TestEntryCommitsToKeyAndFrame moves a leaf to another list, and puts another leaf in its place.
func TestEntryCommitsToKeyAndFrame(t *testing.T) {
	frame, other := proof.Frame("t", [16]byte{1}, nil), proof.Frame("t", [16]byte{2}, nil)
	hash := proof.EntryOf(proof.Key{1}, frame).Hash()
	for what, e := range map[string]proof.Entry{
		"another list": proof.EntryOf(proof.Key{2}, frame),
		"no list":      proof.EntryOf(proof.Key{}, frame),
		"another leaf": proof.EntryOf(proof.Key{1}, other),
	} {
		if e.Hash() == hash {
			t.Errorf("%s has the same hash", what)
		}
	}
}

func TestParseEntryRefuses(t *testing.T) {
	valid := proof.EntryOf(proof.Key{1}, nil).Bytes()
	frameFirst := bytes.Clone(valid)
	frameFirst[0] = proof.FrameVersion
	for what, encoded := range map[string][]byte{
		"nothing": nil, "cut": valid[:proof.EntryBytes-1], "longer": append(bytes.Clone(valid), 0), "version of a frame": frameFirst,
	} {
		if _, err := proof.ParseEntry(encoded); !errors.Is(err, proof.ErrMalformedLeaf) {
			t.Errorf("%s: error %v, want ErrMalformedLeaf", what, err)
		}
	}
}
