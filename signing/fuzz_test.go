package signing

import (
	"bytes"
	"testing"
)

// FuzzParse checks that only one encoding is accepted: what parses is encoded back to the same bytes.
func FuzzParse(f *testing.F) {
	for _, key := range newKeys(f) {
		events, _ := someEvents(2)
		sealed, err := newSigner(f, key).Sign(events)
		must(f, err)
		f.Add(sealed)
		enrolment, err := SignEnrolment(key, Enrolment{Source: testSource})
		must(f, err)
		f.Add(enrolment)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		signed, err := Parse(data)
		if err != nil {
			return
		}
		payload, err := signed.Statement.encode()
		must(t, err)
		if !bytes.Equal(payload, signed.envelope.message.Payload) {
			t.Errorf("payload %x is encoded back to %x", signed.envelope.message.Payload, payload)
		}
		if signed.Verify(PublicKey{}) == nil {
			t.Error("no key verifies it")
		}
	})
}

// FuzzParsePublicKey checks that a key has one encoding.
func FuzzParsePublicKey(f *testing.F) {
	for _, key := range newKeys(f) {
		public, err := NewPublicKey(key.Public())
		must(f, err)
		f.Add(public.DER())
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		if key, err := ParsePublicKey(der); err == nil && !bytes.Equal(key.DER(), der) {
			t.Errorf("%x is encoded back to %x", der, key.DER())
		}
	})
}
