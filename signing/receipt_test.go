package signing

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func someReceipt(t testing.TB, n int) (Receipt, []Hash) {
	t.Helper()
	hashes := make([]Hash, n)
	for i := range hashes {
		hashes[i] = AcceptedEvent{Source: testSource, ID: string(rune('a' + i)), Content: Hash{byte(i)}}.Hash()
	}
	r, err := NewReceipt("ingest/oem", hashes, time.UnixMicro(1_700_000_000_000_001).UTC(), 24*time.Hour)
	must(t, err)
	return r, hashes
}

func TestAReceiptReadsBack(t *testing.T) {
	for _, key := range newKeys(t) {
		signer, err := NewReceiptSigner(key)
		must(t, err)
		public, err := NewPublicKey(key.Public())
		must(t, err)
		r, _ := someReceipt(t, 3)
		sealed, err := signer.Sign(r)
		must(t, err)
		if got, err := OpenReceipt(sealed, public); err != nil || got != r {
			t.Errorf("read as %+v, %v", got, err)
		}
		for i := range len(sealed) * 8 {
			changed := bytes.Clone(sealed)
			changed[i/8] ^= 1 << (i % 8)
			if _, err := OpenReceipt(changed, public); err == nil {
				t.Errorf("bit %d can be changed", i)
			}
		}
	}
}

// TestAReceiptIsNoStatement keeps what a key signs for one purpose from being taken for another.
func TestAReceiptIsNoStatement(t *testing.T) {
	key := newKeys(t)["EdDSA"]
	signer, err := NewReceiptSigner(key)
	must(t, err)
	r, _ := someReceipt(t, 1)
	sealed, err := signer.Sign(r)
	must(t, err)
	if _, err := Parse(sealed); !errors.Is(err, ErrMalformed) {
		t.Errorf("a receipt is a statement: %v", err)
	}
	events, _ := someEvents(1)
	statement, err := newSigner(t, key).Sign(events)
	must(t, err)
	if _, err := OpenReceipt(statement, signer.public); !errors.Is(err, ErrMalformed) {
		t.Errorf("a statement is a receipt: %v", err)
	}
}

func TestAReceiptHasBounds(t *testing.T) {
	signer, err := NewReceiptSigner(newKeys(t)["EdDSA"])
	must(t, err)
	for what, change := range map[string]func(*Receipt){
		"no stream":       func(r *Receipt) { r.Stream = "" },
		"no event":        func(r *Receipt) { r.Count = 0 },
		"too many events": func(r *Receipt) { r.Count = MaxEvents + 1 },
		"no time":         func(r *Receipt) { r.AcceptedAt = time.Time{} },
		"no delay":        func(r *Receipt) { r.Delay = 0 },
		"half a second":   func(r *Receipt) { r.Delay = 1500 * time.Millisecond },
		"for ever":        func(r *Receipt) { r.Delay = maxDelay + time.Second },
	} {
		r, _ := someReceipt(t, 1)
		change(&r)
		if _, err := signer.Sign(r); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := NewReceipt("ingest/oem", nil, time.Now(), time.Hour); !errors.Is(err, ErrMalformed) {
		t.Errorf("of nothing: %v", err)
	}
}

// TestEventsOfAReceiptAreToldApart wants two events to have one hash only if they are the same.
func TestEventsOfAReceiptAreToldApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ab]{0,3}`)
		event := rapid.Custom(func(t *rapid.T) AcceptedEvent {
			return AcceptedEvent{Source: text.Draw(t, "source"), ID: text.Draw(t, "id"), Content: Hash{rapid.Byte().Draw(t, "content") % 2}}
		})
		a, b := event.Draw(t, "a"), event.Draw(t, "b")
		if (a == b) != (a.Hash() == b.Hash()) {
			t.Errorf("%v and %v", a, b)
		}
	})
}

// BenchmarkReceipt is what a batch of 200 events pays for its promise.
func BenchmarkReceipt(b *testing.B) {
	signer, err := NewReceiptSigner(newKeys(b)["EdDSA"])
	must(b, err)
	events := make([]AcceptedEvent, 200)
	for i := range events {
		events[i] = AcceptedEvent{Source: testSource, ID: "0199e9d4-0000-7000-8000-00000000000f", Content: Hash{byte(i)}}
	}
	for b.Loop() {
		hashes := make([]Hash, len(events))
		for i, e := range events {
			hashes[i] = e.Hash()
		}
		r, err := NewReceipt("ingest/oem", hashes, time.Now(), time.Hour)
		must(b, err)
		_, err = signer.Sign(r)
		must(b, err)
	}
}
