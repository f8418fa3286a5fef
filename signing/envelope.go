package signing

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"fmt"
	"math/big"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"
)

// MaxSignedBytes bounds a sealed statement or enrolment. The longest have about 700.
const MaxSignedBytes = 1024

// envelope is a COSE_Sign1 that was parsed and not verified.
type envelope struct {
	message cose.Sign1Message
	kid     KeyID
}

// open reads an envelope in its one encoding.
func open(data []byte) (*envelope, error) {
	if len(data) > MaxSignedBytes {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrMalformed, MaxSignedBytes)
	}
	e := &envelope{}
	if err := e.message.UnmarshalCBOR(data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	algorithm, err := e.message.Headers.Protected.Algorithm()
	if err != nil {
		return nil, fmt.Errorf("%w: alg: %w", ErrMalformed, err)
	}
	kid, ok := e.message.Headers.Protected[cose.HeaderLabelKeyID].([]byte)
	if !ok || len(kid) != len(e.kid) {
		return nil, fmt.Errorf("%w: kid is not a SHA-256", ErrMalformed)
	}
	e.kid = KeyID(kid)
	// Whatever the parser is lenient about shows here: these are all fields that an envelope has.
	again := unsigned(algorithm, e.kid, e.message.Payload)
	again.Signature = e.message.Signature
	encoded, err := again.MarshalCBOR()
	if err != nil || !bytes.Equal(encoded, data) {
		return nil, fmt.Errorf("%w: not in the one encoding of its content, or with further headers", ErrMalformed)
	}
	return e, nil
}

func unsigned(algorithm cose.Algorithm, kid KeyID, payload []byte) cose.Sign1Message {
	return cose.Sign1Message{
		Headers: cose.Headers{
			Protected:   cose.ProtectedHeader{cose.HeaderLabelAlgorithm: algorithm, cose.HeaderLabelKeyID: kid[:]},
			Unprotected: cose.UnprotectedHeader{},
		},
		Payload: payload,
	}
}

// verify checks that key signed the envelope.
func (e *envelope) verify(key PublicKey) error {
	if key.verifier == nil || e.kid != key.id {
		return fmt.Errorf("%w: it names another key", ErrSignature)
	}
	if err := e.message.Verify(nil, strict{key}); err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return nil
}

// strict makes a key a verifier for COSE that refuses a signature's second form.
type strict struct{ key PublicKey }

func (s strict) Algorithm() cose.Algorithm { return s.key.verifier.Algorithm() }

func (s strict) Verify(content, signature []byte) error { return s.key.verify(content, signature) }

// seal signs a payload.
func seal(key crypto.Signer, public PublicKey, payload []byte) ([]byte, error) {
	algorithm := public.verifier.Algorithm()
	signer, err := cose.NewSigner(algorithm, key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	message := unsigned(algorithm, public.id, payload)
	if err := message.Sign(rand.Reader, nil, signer); err != nil {
		return nil, fmt.Errorf("signing: sign: %w", err)
	}
	if public.lowHalf != nil {
		lower(message.Signature, public.lowHalf)
	}
	data, err := message.MarshalCBOR()
	if err != nil {
		return nil, fmt.Errorf("signing: encode: %w", err)
	}
	return data, nil
}

// lower brings s of a signature r || s into the lower half of the group, of whose order half is the half.
func lower(signature []byte, half *big.Int) {
	right := signature[len(signature)/2:]
	s := new(big.Int).SetBytes(right)
	if s.Cmp(half) <= 0 {
		return
	}
	order := new(big.Int).Lsh(half, 1) // the order is odd
	order.Add(order, big.NewInt(1))
	order.Sub(order, s).FillBytes(right)
}

// encodePayload writes a payload in its one encoding.
func encodePayload(payload any) ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	data, err := mode.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("signing: encode: %w", err)
	}
	return data, nil
}

// decodePayload reads a payload and refuses all but its one encoding.
func decodePayload[P any](data []byte) (payload P, err error) {
	mode, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, UTF8: cbor.UTF8RejectInvalid,
		MaxMapPairs: 16, MaxArrayElements: 16, MaxNestedLevels: 4,
	}.DecMode()
	if err != nil {
		return payload, fmt.Errorf("signing: %w", err)
	}
	if err := mode.Unmarshal(data, &payload); err != nil {
		return payload, fmt.Errorf("%w: payload: %w", ErrMalformed, err)
	}
	again, err := encodePayload(payload)
	if err != nil {
		return payload, err
	}
	if !bytes.Equal(again, data) {
		return payload, fmt.Errorf("%w: the payload is not in the one encoding of its content", ErrMalformed)
	}
	return payload, nil
}
