package checkpoint_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/witnesstest"
)

// cosign puts cosignatures of witnesses under a note.
func cosign(t *testing.T, signed []byte, witnesses ...*checkpoint.Cosigner) []byte {
	t.Helper()
	text, _, _ := strings.Cut(string(signed), "\n\n")
	out := bytes.Clone(signed)
	for i, w := range witnesses {
		c, err := w.Cosign(text+"\n", time.Unix(int64(1000+i), 0))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c.Line...)
	}
	return out
}

func TestAPolicyCountsItsWitnesses(t *testing.T) {
	log := witnesstest.NewLog(t, "log.example").Grow(3, "")
	signed := log.Checkpoint(3)
	var keys []string
	var witnesses []*checkpoint.Cosigner
	for _, name := range []string{"a.example", "b.example", "c.example"} {
		w := witnesstest.NewCosigner(t, name)
		witnesses, keys = append(witnesses, w), append(keys, w.Verifier().String())
	}
	stranger := witnesstest.NewCosigner(t, "a.example")
	policy, err := checkpoint.NewPolicy(log.Known(), 2, keys...)
	if err != nil {
		t.Fatal(err)
	}
	opened, cosignatures, err := policy.Verify(cosign(t, signed, witnesses[2], stranger, witnesses[0]))
	if err != nil || opened.Size != 3 || len(cosignatures) != 2 {
		t.Fatalf("%+v, %v, %v", opened, cosignatures, err)
	}
	if c := cosignatures[1]; c.Witness != "a.example" || !c.Time.Equal(time.Unix(1002, 0)) {
		t.Errorf("second cosignature %+v", c)
	}
	one := cosign(t, signed, witnesses[0])
	for name, note := range map[string][]byte{
		"nobody":            signed,
		"one":               one,
		"one twice":         cosign(t, one, witnesses[0]),
		"one, one stranger": cosign(t, one, stranger),
	} {
		if _, _, err := policy.Verify(note); !errors.Is(err, checkpoint.ErrQuorum) {
			t.Errorf("%s: %v", name, err)
		}
	}
	text, lines, _ := strings.Cut(string(cosign(t, signed, witnesses...)), "\n\n")
	_, cosigned, _ := strings.Cut(lines, "\n")
	if _, _, err := policy.Verify([]byte(text + "\n\n" + cosigned)); !errors.Is(err, checkpoint.ErrSignature) {
		t.Errorf("without the log's signature: %v", err)
	}
	other := log.Fork(2).Grow(3, "other").Checkpoint(3)
	if _, _, err := policy.Verify(append(other, cosigned...)); !errors.Is(err, checkpoint.ErrSignature) {
		t.Errorf("with cosignatures of another checkpoint: %v", err)
	}
}

func TestATimeIsPartOfACosignature(t *testing.T) {
	witness := witnesstest.NewCosigner(t, "a.example")
	note := string(cosign(t, witnesstest.NewLog(t, "log.example").Grow(3, "").Checkpoint(3), witness))
	encoded := strings.TrimSuffix(note[strings.LastIndex(note, " ")+1:], "\n")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(){
		"later":   func() { raw[11]++ },
		"none":    func() { copy(raw[4:12], make([]byte, 8)) },
		"64 bits": func() { raw[4] = 0xff },
	} {
		change()
		forged := strings.Replace(note, encoded, base64.StdEncoding.EncodeToString(raw), 1)
		if c, err := witness.Verifier().Open([]byte(forged)); !errors.Is(err, checkpoint.ErrSignature) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if _, err := witness.Cosign("a\n1\nb\n", time.Time{}); err == nil {
		t.Error("a time before 1970 is signed")
	}
}

func TestAPolicyRefusesOneKeyUnderTwoNames(t *testing.T) {
	log := witnesstest.NewLog(t, "log.example").Known()
	key := witnesstest.NewCosigner(t, "a.example").Verifier().String()
	for name, keys := range map[string][]string{
		"same": {key, key}, "renamed": {key, renamed(t, key, "b.example")}, "too few": {key}, "no key": {key, "x"},
	} {
		if _, err := checkpoint.NewPolicy(log, 2, keys...); !errors.Is(err, checkpoint.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// renamed gives the public key of a verifier key another name.
func renamed(t *testing.T, key, name string) string {
	t.Helper()
	encoded := strings.SplitN(key, "+", 3)[2]
	public, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	id := sha256.Sum256(append([]byte(name+"\n"), public...))
	out := fmt.Sprintf("%s+%x+%s", name, id[:4], encoded)
	if _, err := checkpoint.NewVerifier(out); err != nil {
		t.Fatal(err)
	}
	return out
}
