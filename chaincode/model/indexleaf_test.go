package model

import (
	"crypto/sha256"
	"strings"
	"testing"
)

// The bytes of the leaf, written out once more by hand.
func TestIndexLeaf(t *testing.T) {
	r := epochOne()
	text, err := r.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	length := string([]byte{0, 0, byte(len(text) >> 8), byte(len(text))})
	frame := "\x01\x00\x09pcc-epoch" + strings.Repeat("\x00", 16) + length + string(text)
	commitment := sha256.Sum256([]byte(frame))
	want := sha256.Sum256([]byte("\x00\x02" + strings.Repeat("\x00", 32) + string(commitment[:])))
	if got, err := r.IndexLeaf(); err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, Hash(want))
	}
	r.Number = 0
	if _, err := r.IndexLeaf(); ReasonOf(err) != ReasonMalformed {
		t.Errorf("a record that is none: %v", err)
	}
}
