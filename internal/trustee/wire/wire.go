// Package wire is the protocol between trustees, those who ask them, and each other: JSON over HTTPS, with certificates that the
// ledger or the asked one's configuration pins by their SHA-256. Bytes are base64, hashes hexadecimal.
//
//	POST /trustee/v1/open       anybody: the answer is sealed to the key in the request on the ledger
//	POST /trustee/v1/evaluate   the vault
//	POST /trustee/v1/exchange   trustees
//	GET  /trustee/v1/key-set    anybody: the canonical text of a key set, ?purpose=&number=
//
// A refusal has a status, and the body {"reason": "...", "message": "..."}.
package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// Paths of the protocol.
const (
	PathOpen     = "/trustee/v1/open"
	PathEvaluate = "/trustee/v1/evaluate"
	PathExchange = "/trustee/v1/exchange"
	PathKeySet   = "/trustee/v1/key-set"
)

const (
	// MaxBody bounds a message, in bytes.
	MaxBody = 4 << 20
	// MaxMember bounds a member's id, in bytes.
	MaxMember = 64

	tagContext = "pcc-tag/v1"
)

// Hash is a SHA-256 digest, hexadecimal on the wire.
type Hash model.Hash

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return []byte(model.Hash(h).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler: 64 lower-case digits.
func (h *Hash) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(h) || hex.EncodeToString(raw) != string(text) {
		return errors.New("trustee: not a hash")
	}
	*h = Hash(raw)
	return nil
}

// Capsule is one to be opened, with the text that it is bound to.
type Capsule struct {
	Label   string `json:"label"`
	Capsule []byte `json:"capsule"`
}

// OpenRequest asks for the opening of capsules under a request to read that is on the ledger.
type OpenRequest struct {
	Request  Hash      `json:"request"`
	Capsules []Capsule `json:"capsules"`
}

// Question names what is asked: the same capsules in the same order are one question.
func (q OpenRequest) Question() model.Hash {
	h := sha256.New()
	for _, c := range q.Capsules {
		_, _ = fmt.Fprintf(h, "%d:%s%d:%s", len(c.Label), c.Label, len(c.Capsule), c.Capsule)
	}
	return model.Hash(h.Sum(nil))
}

// Labelled returns the capsules as package threshold takes them.
func (q OpenRequest) Labelled() ([]threshold.Labelled, error) {
	out := make([]threshold.Labelled, len(q.Capsules))
	for i, c := range q.Capsules {
		if len(c.Capsule) != threshold.CapsuleSize {
			return nil, fmt.Errorf("trustee: capsule %d has %d bytes", i, len(c.Capsule))
		}
		out[i] = threshold.Labelled{Label: c.Label, Capsule: threshold.Capsule(c.Capsule)}
	}
	return out, nil
}

// OpenResponse is a trustee's answer, an opening.Answer.
type OpenResponse struct {
	Trustee   string `json:"trustee"`
	Sealed    []byte `json:"sealed"`
	Signature []byte `json:"signature"`
}

// EvaluateRequest asks for the evaluation of blinded VINs under the tag key. Elements are 32 bytes each. Shown asks for a proof of
// RFC 9497, of one element only.
type EvaluateRequest struct {
	KeyNumber uint64   `json:"key_number"`
	Member    string   `json:"member"`
	Shown     bool     `json:"shown,omitzero"`
	Elements  [][]byte `json:"elements"`
}

// NewEvaluateRequest asks for elements, on behalf of a member.
func NewEvaluateRequest(number uint64, member string, shown bool, elements []threshold.Element) EvaluateRequest {
	q := EvaluateRequest{KeyNumber: number, Member: member, Shown: shown}
	for _, e := range elements {
		q.Elements = append(q.Elements, e[:])
	}
	return q
}

// Decode returns the elements. That they are elements is for who uses them to check.
func (q EvaluateRequest) Decode() ([]threshold.Element, error) {
	out := make([]threshold.Element, len(q.Elements))
	for i, e := range q.Elements {
		if len(e) != threshold.Size {
			return nil, fmt.Errorf("trustee: element %d has %d bytes", i, len(e))
		}
		out[i] = threshold.Element(e)
	}
	return out, nil
}

// EvaluateResponse is a threshold.Partial whose proof is bound to TagContext, or what can be shown; and the epoch of the key that it
// is under.
type EvaluateResponse struct {
	Epoch   uint64 `json:"epoch"`
	Partial []byte `json:"partial,omitzero"`
	Shown   *Shown `json:"shown,omitzero"`
}

// Shown is a threshold.Shown.
type Shown struct {
	Index      int    `json:"index"`
	Key        []byte `json:"key"`
	Evaluation []byte `json:"evaluation"`
	Proof      []byte `json:"proof"`
}

// Decode returns what was shown, which is to be verified.
func (s *Shown) Decode() (threshold.Shown, error) {
	if s == nil || len(s.Key) != threshold.Size || len(s.Evaluation) != threshold.Size || len(s.Proof) != threshold.ProofSize {
		return threshold.Shown{}, errors.New("trustee: nothing that can be shown")
	}
	return threshold.Shown{
		VerificationKey: threshold.VerificationKey{Index: s.Index, Key: threshold.Element(s.Key)},
		Evaluation:      threshold.Element(s.Evaluation), Proof: threshold.Proof(s.Proof),
	}, nil
}

// TagContext is what proofs of evaluations are bound to. It is the same for all, so that a proof can be shown to others.
func TagContext() []byte { return []byte(tagContext) }

// Exchange is what a trustee has of a session in which a key is made: packets of package dkg and, once it has the result,
// signatures of holders over the key set, by trustee.
type Exchange struct {
	Session    Hash              `json:"session"`
	Packets    [][]byte          `json:"packets"`
	Signatures map[string][]byte `json:"signatures"`
}
