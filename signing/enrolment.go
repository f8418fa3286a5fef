package signing

import (
	"crypto"
	"fmt"
)

const enrolmentType = "pcc.source-key-enrolment/1"

// Enrolment shows that whoever enrols a key for a source has its private half. Its payload is a CBOR map as a statement's:
// 1 the type "pcc.source-key-enrolment/1", 2 the source, 3 the passport, empty unless the key is a vehicle's.
type Enrolment struct {
	Source string
	// Passport is "passports/{passport}" for a vehicle's own key, empty otherwise.
	Passport string
}

type enrolmentPayload struct {
	Type     string `cbor:"1,keyasint"`
	Source   string `cbor:"2,keyasint"`
	Passport string `cbor:"3,keyasint"`
}

// SignEnrolment returns the sealed enrolment of a key. The error wraps ErrKey or ErrMalformed.
func SignEnrolment(key crypto.Signer, e Enrolment) ([]byte, error) {
	public, err := NewPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	payload, err := encodePayload(enrolmentPayload{enrolmentType, e.Source, e.Passport})
	if err != nil {
		return nil, err
	}
	return seal(key, public, payload)
}

// VerifyEnrolment checks that key signed exactly this enrolment. The error wraps ErrMalformed or ErrSignature.
func VerifyEnrolment(data []byte, key PublicKey, want Enrolment) error {
	envelope, err := open(data)
	if err != nil {
		return err
	}
	got, err := decodePayload[enrolmentPayload](envelope.message.Payload)
	if err != nil {
		return err
	}
	if got != (enrolmentPayload{enrolmentType, want.Source, want.Passport}) {
		return fmt.Errorf("%w: it enrols another source, passport or kind of key", ErrSignature)
	}
	return envelope.verify(key)
}
