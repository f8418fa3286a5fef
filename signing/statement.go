package signing

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"github.com/pcc-platform/pcc/internal/journal/proof"
)

const (
	// MaxEvents bounds the events of one statement: those of one batch.
	MaxEvents = 1000
	// MaxSourceBytes bounds the name of a source.
	MaxSourceBytes = 256
	// MaxSequence bounds the numbers of a source's events.
	MaxSequence = 1 << 53

	statementType = "pcc.source-statement/1"
)

// Statement is what a source says of a run of its events.
type Statement struct {
	// Source is the events' CloudEvents source, for example "/members/oem/cloud".
	Source string
	// First is the number of the first event, Count how many there are.
	First, Count uint64
	// Previous is the hash of the statement before, zero when First is 0.
	Previous Hash
	// Root is that of the Tree over the events' hashes.
	Root Hash
}

// statementPayload is a Statement as CBOR.
type statementPayload struct {
	Type     string `cbor:"1,keyasint"`
	Source   string `cbor:"2,keyasint"`
	First    uint64 `cbor:"3,keyasint"`
	Count    uint64 `cbor:"4,keyasint"`
	Previous []byte `cbor:"5,keyasint"`
	Root     []byte `cbor:"6,keyasint"`
}

func (s Statement) encode() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	return encodePayload(statementPayload{statementType, s.Source, s.First, s.Count, s.Previous[:], s.Root[:]})
}

func (s Statement) check() error {
	switch {
	case s.Source == "" || len(s.Source) > MaxSourceBytes:
		return fmt.Errorf("%w: a source has 1 to %d bytes", ErrMalformed, MaxSourceBytes)
	case s.Count < 1 || s.Count > MaxEvents:
		return fmt.Errorf("%w: a statement covers 1 to %d events", ErrMalformed, MaxEvents)
	case s.First > MaxSequence-MaxEvents:
		return fmt.Errorf("%w: numbers end at %d", ErrMalformed, uint64(MaxSequence))
	case s.First == 0 && s.Previous != Hash{}:
		return fmt.Errorf("%w: nothing comes before the first statement", ErrMalformed)
	}
	return nil
}

// End is the number after the last event's.
func (s Statement) End() uint64 { return s.First + s.Count }

// Signed is a statement with its signature, parsed and not verified.
type Signed struct {
	Statement
	envelope *envelope
	sealed   []byte
}

// Parse reads a sealed statement, and refuses all that is not in its one encoding. It does not verify. The error wraps
// ErrMalformed.
func Parse(data []byte) (*Signed, error) {
	e, err := open(data)
	if err != nil {
		return nil, err
	}
	p, err := decodePayload[statementPayload](e.message.Payload)
	if err != nil {
		return nil, err
	}
	if p.Type != statementType || len(p.Previous) != sha256.Size || len(p.Root) != sha256.Size {
		return nil, fmt.Errorf("%w: not a %s", ErrMalformed, statementType)
	}
	s := Statement{Source: p.Source, First: p.First, Count: p.Count, Previous: Hash(p.Previous), Root: Hash(p.Root)}
	if err := s.check(); err != nil {
		return nil, err
	}
	return &Signed{Statement: s, envelope: e, sealed: bytes.Clone(data)}, nil
}

// Bytes returns the sealed statement, which is not to be changed.
func (s *Signed) Bytes() []byte { return s.sealed }

// KeyID is the id of the key that the statement says it is signed with.
func (s *Signed) KeyID() KeyID { return s.envelope.kid }

// Hash is the SHA-256 of the payload, by which the next statement names this one. The signature is not under it.
func (s *Signed) Hash() Hash { return sha256.Sum256(s.envelope.message.Payload) }

// Verify checks that key signed the statement. The error wraps ErrSignature.
func (s *Signed) Verify(key PublicKey) error { return s.envelope.verify(key) }

// VerifyEvent checks that the event with the given SHA-256 is number index, from 0, of those that the statement covers. Path
// is its audit path. The error wraps ErrNotIncluded. It says nothing of the signature, which Verify checks.
func (s *Signed) VerifyEvent(event Hash, index uint64, path []Hash) error {
	if err := proof.VerifyInclusion(path, index, s.Count, leafHash(event), s.Root); err != nil {
		return fmt.Errorf("%w: %w", ErrNotIncluded, err)
	}
	return nil
}
