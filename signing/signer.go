package signing

import (
	"crypto"
	"crypto/sha256"
	"fmt"
)

// State is how far a source's chain has come. It is what a source keeps between two runs.
type State struct {
	// Next is the number of the next event.
	Next uint64 `json:"next"`
	// Previous is the hash of the last statement, zero before the first.
	Previous Hash `json:"previous"`
}

// Signer signs the events of one source. It is not safe for concurrent use: statements have an order.
//
// A statement takes its numbers for ever. So keep it, its events and State together on disk before the statement leaves,
// and after a failure send the same statement again. A source that signs new content under old numbers has forked its chain,
// and everybody can prove it.
type Signer struct {
	key    crypto.Signer
	public PublicKey
	source string
	state  State
}

// NewSigner returns a signer that goes on from state; the zero State begins a chain. key has an Ed25519 or P-256 key, in
// memory or in a module. The error wraps ErrKey or ErrMalformed.
func NewSigner(key crypto.Signer, source string, state State) (*Signer, error) {
	public, err := NewPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	if source == "" || len(source) > MaxSourceBytes {
		return nil, fmt.Errorf("%w: a source has 1 to %d bytes", ErrMalformed, MaxSourceBytes)
	}
	return &Signer{key: key, public: public, source: source, state: state}, nil
}

// Sign returns the sealed statement over 1 to MaxEvents events, each an encoded CloudEvent exactly as it will be sent.
func (s *Signer) Sign(events [][]byte) ([]byte, error) {
	hashes := make([]Hash, len(events))
	for i, e := range events {
		hashes[i] = sha256.Sum256(e)
	}
	tree, err := NewTree(hashes)
	if err != nil {
		return nil, err
	}
	payload, err := Statement{
		Source: s.source, First: s.state.Next, Count: uint64(len(events)), Previous: s.state.Previous, Root: tree.Root(),
	}.encode()
	if err != nil {
		return nil, err
	}
	sealed, err := seal(s.key, s.public, payload)
	if err != nil {
		return nil, err
	}
	s.state = State{Next: s.state.Next + uint64(len(events)), Previous: sha256.Sum256(payload)}
	return sealed, nil
}

// State returns how far the chain has come, the last statement included.
func (s *Signer) State() State { return s.state }

// Public returns the key that verifies the signer's statements.
func (s *Signer) Public() PublicKey { return s.public }
