// Package opening is what trustees and readers say to each other: a trustee's answer to a request to open capsules, sealed to
// the reader and signed, and how the reader puts the secrets together of such answers.
//
//	request   = SHA-256 of the request's text on the ledger (32 bytes)
//	sealed    = HPKE to the reader's key, info "pcc-opening/v1" || request || trustee's id: the trustee's threshold.Partial
//	signature = by the trustee's key as the ledger has it, which signs the SHA-256 of
//	            "pcc-answer/v1" LF request, hexadecimal LF SHA-256(sealed), hexadecimal LF
//
// The proof in an answer is bound to the request, so that an answer to another one does not verify. A signature with an
// answer that does not open or verify convicts the trustee: the ledger has the answer's hash.
package opening

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/internal/threshold"
)

const (
	openingInfo  = "pcc-opening/v1"
	answerFormat = "pcc-answer/v1"
)

// ErrAnswer says that an answer is not the trustee's, not for the reader, or not for the request.
var ErrAnswer = errors.New("opening: not an answer of the trustee to this request")

// Answer is what a trustee gives for a request.
type Answer struct{ Sealed, Signature []byte }

// Hash is what the trustee records of the answer on the ledger.
func (a Answer) Hash() model.Hash { return sha256.Sum256(a.Sealed) }

// Trustee is a trustee as readers know it from the ledger.
type Trustee struct {
	ID string
	// Index is its place in the key set.
	Index int
	Key   access.Identity
}

// Make opens capsules with a trustee's share and returns the answer for the reader. The error wraps those of
// [threshold.Share.Open].
func Make(share threshold.Share, capsules []threshold.Labelled, request model.Hash, trustee string, reader readerkey.Public, sign ed25519.PrivateKey) (Answer, error) {
	partial, err := share.Open(rand.Reader, capsules, request[:])
	if err != nil {
		return Answer{}, err
	}
	raw, err := partial.MarshalBinary()
	if err != nil {
		return Answer{}, err
	}
	sealed, err := reader.Seal(info(request, trustee), raw)
	if err != nil {
		return Answer{}, err
	}
	digest := signed(request, sealed)
	return Answer{Sealed: sealed, Signature: ed25519.Sign(sign, digest[:])}, nil
}

// Question is what a reader asks all trustees.
type Question struct {
	// Request is the hash of the request on the ledger.
	Request  model.Hash
	Key      readerkey.Private
	Set      threshold.KeySet
	Capsules []threshold.Labelled
}

// Verify opens and checks a trustee's answer. The error wraps ErrAnswer, or is a *threshold.ShareError.
func (q Question) Verify(t Trustee, a Answer) (*threshold.Verified, error) {
	if !t.Key.Verify(signed(q.Request, a.Sealed), a.Signature) {
		return nil, fmt.Errorf("%w: signature", ErrAnswer)
	}
	raw, err := q.Key.Open(info(q.Request, t.ID), a.Sealed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	var partial threshold.Partial
	if err := partial.UnmarshalBinary(raw); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	if partial.Index != t.Index {
		return nil, fmt.Errorf("%w: of another seat", ErrAnswer)
	}
	return q.Set.VerifyOpening(partial, q.Capsules, q.Request[:])
}

func info(request model.Hash, trustee string) []byte {
	return append(append([]byte(openingInfo), request[:]...), trustee...)
}

// signed returns the hash that a trustee signs for an answer.
func signed(request model.Hash, sealed []byte) model.Hash {
	return sha256.Sum256([]byte(answerFormat + "\n" + request.String() + "\n" + Answer{Sealed: sealed}.Hash().String() + "\n"))
}
