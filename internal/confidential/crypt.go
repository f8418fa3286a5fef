package confidential

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
)

const (
	placeDomain = "pcc-confidential/v1"
	nonceSize   = 12
	// What the derive key makes: keys of events, and nonces.
	roleEventKey, roleNonce = 0x01, 0x02
)

func (k *ClassKey) encrypt(place, plaintext []byte) (*eventsv1.Sealed, error) {
	eventKey := k.mac(roleEventKey, place, plaintext)
	gcm, err := newGCM(eventKey)
	if err != nil {
		return nil, err
	}
	nonce := k.mac(roleNonce, place, eventKey)[:nonceSize:nonceSize]
	return &eventsv1.Sealed{
		Capsule:    k.capsule[:],
		WrappedKey: k.wrap.Seal(nonce, nonce, eventKey, place),
		Ciphertext: gcm.Seal(nil, make([]byte, nonceSize), plaintext, place),
	}, nil
}

func (k *ClassKey) decrypt(place []byte, sealed *eventsv1.Sealed) ([]byte, error) {
	wrapped := sealed.GetWrappedKey()
	if len(wrapped) < nonceSize {
		return nil, ErrDoesNotOpen
	}
	eventKey, err := k.wrap.Open(nil, wrapped[:nonceSize], wrapped[nonceSize:], place)
	if err != nil {
		return nil, ErrDoesNotOpen
	}
	gcm, err := newGCM(eventKey)
	if err != nil {
		return nil, ErrDoesNotOpen
	}
	plaintext, err := gcm.Open(nil, make([]byte, nonceSize), sealed.GetCiphertext(), place)
	if err != nil || !hmac.Equal(eventKey, k.mac(roleEventKey, place, plaintext)) {
		return nil, ErrDoesNotOpen
	}
	return plaintext, nil
}

// mac returns 32 bytes. Place is self-delimiting, so that content needs no length.
func (k *ClassKey) mac(role byte, place, content []byte) []byte {
	h := hmac.New(sha256.New, k.derive)
	h.Write([]byte{role})
	h.Write(place)
	h.Write(content)
	return h.Sum(nil)
}

func lengthPrefixed(parts ...string) []byte {
	var out []byte
	for _, part := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part))) //nolint:gosec // parts of an event are bounded far below
		out = append(out, part...)
	}
	return out
}
