package readerkey_test

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/pcc-platform/pcc/internal/readerkey"
)

func kinds() []readerkey.Kind { return []readerkey.Kind{readerkey.X25519, readerkey.XWing} }

func TestOnlyTheReaderOpensAndOnlyForItsPurpose(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom(kinds()).Draw(rt, "kind")
		reader, other := generate(rt, kind), generate(rt, kind)
		info, plaintext := rapid.SliceOf(rapid.Byte()).Draw(rt, "info"), rapid.SliceOf(rapid.Byte()).Draw(rt, "plaintext")
		public, err := readerkey.ParsePublic(kind, reader.Public())
		if err != nil {
			rt.Fatal(err)
		}
		sealed, err := public.Seal(info, plaintext)
		if err != nil {
			rt.Fatal(err)
		}
		if opened, err := reader.Open(info, sealed); err != nil || !bytes.Equal(opened, plaintext) {
			rt.Fatalf("opened %x, %v", opened, err)
		}
		if _, err := other.Open(info, sealed); !errors.Is(err, readerkey.ErrDoesNotOpen) {
			rt.Fatalf("another reader: %v", err)
		}
		if _, err := reader.Open(append(info, 0), sealed); !errors.Is(err, readerkey.ErrDoesNotOpen) {
			rt.Fatalf("for another purpose: %v", err)
		}
		sealed[rapid.IntRange(0, len(sealed)-1).Draw(rt, "at")] ^= 1
		if _, err := reader.Open(info, sealed); !errors.Is(err, readerkey.ErrDoesNotOpen) {
			rt.Fatalf("damaged: %v", err)
		}
	})
}

func generate(rt *rapid.T, kind readerkey.Kind) readerkey.Private {
	key, err := readerkey.Generate(kind)
	if err != nil {
		rt.Fatal(err)
	}
	raw, err := key.Bytes()
	if err != nil {
		rt.Fatal(err)
	}
	again, err := readerkey.ParsePrivate(kind, raw)
	if err != nil || !bytes.Equal(again.Public(), key.Public()) {
		rt.Fatalf("read again it is another key, %v", err)
	}
	return again
}

func TestKeysThatAreNone(t *testing.T) {
	for _, kind := range append(kinds(), "p256") {
		for _, size := range []int{0, 31, 33} {
			if _, err := readerkey.ParsePublic(kind, make([]byte, size)); !errors.Is(err, readerkey.ErrKey) {
				t.Errorf("%s public of %d bytes: %v", kind, size, err)
			}
			if _, err := readerkey.ParsePrivate(kind, make([]byte, size)); !errors.Is(err, readerkey.ErrKey) {
				t.Errorf("%s private of %d bytes: %v", kind, size, err)
			}
		}
	}
	if _, err := readerkey.Generate("p256"); !errors.Is(err, readerkey.ErrKey) {
		t.Errorf("a kind that is none: %v", err)
	}
	// A point of small order gives every sender the same secret.
	key, err := readerkey.ParsePublic(readerkey.X25519, make([]byte, 32))
	if err == nil {
		if _, err = key.Seal(nil, nil); err == nil {
			t.Error("sealed to a point of small order")
		}
	}
}
