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

func TestFrameLayoutIsFixed(t *testing.T) {
	salt := [16]byte{0xa0, 15: 0xaf}
	frame := proof.Frame("ab", salt, []byte{1, 2, 3})
	const want = "01" + "0002" + "6162" + "a00000000000000000000000000000af" + "00000003" + "010203"
	if got := hex.EncodeToString(frame); got != want {
		t.Fatalf("frame = %s, want %s", got, want)
	}
	if got, want := proof.Commit(frame), sha256.Sum256(frame); got != want {
		t.Errorf("commitment = %x, want %x", got, want)
	}
	leaf, err := proof.ParseFrame(frame)
	if err != nil || leaf.Type != "ab" || leaf.Salt != salt || !bytes.Equal(leaf.Payload, []byte{1, 2, 3}) {
		t.Errorf("ParseFrame = %+v, %v", leaf, err)
	}
}

func TestParseFrameRefuses(t *testing.T) {
	valid := proof.Frame("type", [16]byte{}, []byte("payload"))
	edit := func(change func(frame []byte)) []byte {
		frame := bytes.Clone(valid)
		change(frame)
		return frame
	}
	for name, frame := range map[string][]byte{
		"nothing":           nil,
		"cut":               valid[:len(valid)-1],
		"trailing byte":     append(bytes.Clone(valid), 0),
		"other version":     edit(func(f []byte) { f[0] = 2 }),
		"type too long":     edit(func(f []byte) { f[1] = 0xff }),
		"shifted fields":    edit(func(f []byte) { f[2]-- }),
		"space in the type": edit(func(f []byte) { f[3] = ' ' }),
		"no type":           proof.Frame("", [16]byte{}, nil),
		"long type":         proof.Frame(strings.Repeat("t", proof.MaxTypeBytes+1), [16]byte{}, nil),
		"too big":           proof.Frame("t", [16]byte{}, make([]byte, proof.MaxLeafBytes)),
	} {
		if _, err := proof.ParseFrame(frame); !errors.Is(err, proof.ErrMalformedLeaf) {
			t.Errorf("%s: error %v, want ErrMalformedLeaf", name, err)
		}
	}
}

// FuzzParseFrame checks that only frames are accepted: whatever parses is
// encoded back to the same bytes.
func FuzzParseFrame(f *testing.F) {
	f.Add(proof.Frame("pcc.test.v1.Note", [16]byte{1, 2, 3}, []byte("payload")))
	f.Add(proof.Frame("t", [16]byte{}, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		leaf, err := proof.ParseFrame(data)
		if err != nil {
			return
		}
		if again := proof.Frame(leaf.Type, leaf.Salt, leaf.Payload); !bytes.Equal(again, data) {
			t.Fatalf("%x was accepted but encodes to %x", data, again)
		}
	})
}
