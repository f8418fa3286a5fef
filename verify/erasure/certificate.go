// Package erasure reads and verifies certificates of erasure, offline: what the vault says it deleted, and what the stores of the
// platform said to it.
//
// A certificate is a COSE_Sign1 with Ed25519 whose payload is JSON in one encoding; docs/erasure-certificate.schema.json describes
// it. It names handles, which lead to nobody any more, and no person. It proves that the vault signed this statement, not that the
// statement is true: that the keys are gone is the vault operator's word, and that each store purged is the store's.
package erasure

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/veraison/go-cose"
)

const (
	// Type is the first field of every certificate.
	Type = "pcc-erasure-certificate/1"
	// MaxBytes bounds a signed certificate.
	MaxBytes = 1 << 20
)

// ErrInvalid says that a certificate is malformed or not signed with the key.
var ErrInvalid = errors.New("erasure: not a certificate of this key")

// Certificate is what was erased.
type Certificate struct {
	Type string `json:"type"`
	// Request is `subjectRequests/{uuid}`, Member who handled it.
	Request string `json:"request"`
	Member  string `json:"member"`
	// Holder and Vehicle are the handles that lead to nobody any more; Scope is "holder" or "vehicle".
	Holder  string `json:"holder"`
	Vehicle string `json:"vehicle"`
	Scope   string `json:"scope"`
	// ReceiveTime is when the person asked, CompleteTime when the last key was gone. Both are UTC.
	ReceiveTime  time.Time `json:"receiveTime"`
	CompleteTime time.Time `json:"completeTime"`
	// DestroyedKeys are the names of the keys under which the rows were sealed, here and in every backup.
	DestroyedKeys []string `json:"destroyedKeys"`
	// Receipts say what each store did.
	Receipts []Receipt `json:"receipts"`
}

// Receipt is one store's statement.
type Receipt struct {
	Store string `json:"store"`
	// Purged counts the deleted rows, messages or keys.
	Purged int64 `json:"purged"`
	// Kept says what stays and why; empty when nothing does.
	Kept string    `json:"kept,omitempty"`
	Time time.Time `json:"time"`
}

// Sign returns the signed certificate. Type is set, times are cut to seconds.
func Sign(key ed25519.PrivateKey, c Certificate) ([]byte, error) {
	c.Type = Type
	payload, err := json.Marshal(c.normal())
	if err != nil {
		return nil, fmt.Errorf("erasure: encode: %w", err)
	}
	signer, err := cose.NewSigner(cose.AlgorithmEdDSA, key)
	if err != nil {
		return nil, fmt.Errorf("erasure: %w", err)
	}
	message := unsigned(payload)
	if err := message.Sign(rand.Reader, nil, signer); err != nil {
		return nil, fmt.Errorf("erasure: sign: %w", err)
	}
	return message.MarshalCBOR()
}

// Open verifies a certificate and returns it, or ErrInvalid.
func Open(signed []byte, key ed25519.PublicKey) (Certificate, error) {
	var message cose.Sign1Message
	if len(signed) > MaxBytes || message.UnmarshalCBOR(signed) != nil {
		return Certificate{}, ErrInvalid
	}
	// Whatever the parser is lenient about shows here: there are no other headers and no other encoding.
	again := unsigned(message.Payload)
	again.Signature = message.Signature
	if encoded, err := again.MarshalCBOR(); err != nil || !bytes.Equal(encoded, signed) {
		return Certificate{}, ErrInvalid
	}
	verifier, err := cose.NewVerifier(cose.AlgorithmEdDSA, key)
	if err != nil || message.Verify(nil, verifier) != nil {
		return Certificate{}, ErrInvalid
	}
	var c Certificate
	if err := json.Unmarshal(message.Payload, &c); err != nil || c.Type != Type {
		return Certificate{}, ErrInvalid
	}
	if payload, err := json.Marshal(c.normal()); err != nil || !bytes.Equal(payload, message.Payload) {
		return Certificate{}, ErrInvalid
	}
	return c, nil
}

func unsigned(payload []byte) *cose.Sign1Message {
	return &cose.Sign1Message{
		Headers: cose.Headers{Protected: cose.ProtectedHeader{cose.HeaderLabelAlgorithm: cose.AlgorithmEdDSA}, Unprotected: cose.UnprotectedHeader{}},
		Payload: payload,
	}
}

// normal has one encoding: whole seconds of UTC.
func (c Certificate) normal() Certificate {
	second := func(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
	c.ReceiveTime, c.CompleteTime = second(c.ReceiveTime), second(c.CompleteTime)
	receipts := make([]Receipt, len(c.Receipts))
	for i, r := range c.Receipts {
		r.Time = second(r.Time)
		receipts[i] = r
	}
	c.Receipts = receipts
	return c
}
