package wire_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/wire"
)

func TestParseRequestReadsWhatMarshalWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := wire.Request{
			OldSize: rapid.Uint64Max(proof.MaxSize).Draw(t, "old"),
			Note:    []byte(rapid.String().Draw(t, "note")),
		}
		for range rapid.IntRange(0, wire.MaxProof).Draw(t, "length") {
			want.Proof = append(want.Proof, proof.Hash(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash")))
		}
		got, err := wire.ParseRequest(want.Marshal())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, %v, want %+v", got, err, want)
		}
	})
}

func TestParseRequestRefuses(t *testing.T) {
	hash := strings.Repeat("A", 43) + "=\n"
	for name, body := range map[string]string{
		"nothing":           "",
		"no empty line":     "old 1\n" + hash + "note",
		"no old size":       hash + "\nnote",
		"no space":          "old1\n\nnote",
		"two spaces":        "old  1\n\nnote",
		"leading zero":      "old 01\n\nnote",
		"negative":          "old -1\n\nnote",
		"carriage returns":  "old 1\r\n\r\nnote",
		"64 hashes":         "old 1\n" + strings.Repeat(hash, wire.MaxProof+1) + "\nnote",
		"half a hash":       "old 1\nAAAA\n\nnote",
		"leftover bits":     "old 1\n" + strings.Repeat("A", 42) + "B=\n\nnote",
		"too long a body":   "old 1\n\n" + strings.Repeat("x", wire.MaxRequestBytes),
		"a line in between": "old 1\nnew 2\n\nnote",
	} {
		if r, err := wire.ParseRequest([]byte(body)); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func TestSizes(t *testing.T) {
	if got, err := wire.ParseSize(wire.MarshalSize(42)); err != nil || got != 42 || !bytes.Equal(wire.MarshalSize(42), []byte("42\n")) {
		t.Errorf("%d, %v", got, err)
	}
	for _, bad := range []string{"", "42", "042\n", "42\n\n", "-1\n", "281474976710657\n"} {
		if got, err := wire.ParseSize([]byte(bad)); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%q: %d, %v", bad, got, err)
		}
	}
}
