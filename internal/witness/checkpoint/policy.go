package checkpoint

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// ErrQuorum says that fewer witnesses than the policy asks for have cosigned.
var ErrQuorum = errors.New("checkpoint: too few cosignatures")

// MaxWitnesses bounds a policy. A note has at most 100 signatures.
const MaxWitnesses = 64

// Policy is what makes a checkpoint believed: the signature of its log and those of enough witnesses.
type Policy struct {
	log       Log
	need      int
	witnesses []*Verifier
}

// NewPolicy returns the policy that need of the witnesses with these verifier keys must have cosigned; with need 0 the log's
// signature is enough, and cosignatures are read where there are any. One public key under two names would be counted twice
// and is refused. The error wraps [ErrMalformed].
func NewPolicy(log Log, need int, keys ...string) (Policy, error) {
	if need < 0 || need > len(keys) || len(keys) > MaxWitnesses {
		return Policy{}, fmt.Errorf("%w: %d of %d witnesses, at most %d", ErrMalformed, need, len(keys), MaxWitnesses)
	}
	p := Policy{log: log, need: need}
	seen := map[string]bool{}
	for _, key := range keys {
		v, err := NewVerifier(key)
		if err != nil {
			return Policy{}, err
		}
		if seen[string(v.public)] {
			return Policy{}, fmt.Errorf("%w: witness %q shares its key with another", ErrMalformed, v.name)
		}
		seen[string(v.public)] = true
		p.witnesses = append(p.witnesses, v)
	}
	return p, nil
}

// Log returns the log of the policy.
func (p Policy) Log() Log { return p.log }

// Need returns how many witnesses must have cosigned.
func (p Policy) Need() int { return p.need }

// Verify verifies a signed note and returns its cosignatures by witnesses of the policy, in the order of the note. One
// cosignature that does not verify makes the whole note refused, as c2sp.org/signed-note says. The error wraps
// [ErrMalformed], [ErrSignature] or [ErrQuorum].
func (p Policy) Verify(signed []byte) (Signed, []Cosignature, error) {
	checkpoint, err := p.log.Open(signed)
	if err != nil {
		return Signed{}, nil, err
	}
	verifiers := make([]note.Verifier, len(p.witnesses))
	for i, w := range p.witnesses {
		verifiers[i] = w
	}
	opened, err := note.Open(signed, note.VerifierList(verifiers...))
	var none *note.UnverifiedNoteError
	if errors.As(err, &none) {
		opened, err = none.Note, nil
	}
	if err != nil {
		return Signed{}, nil, openError(err)
	}
	var cosignatures []Cosignature
	for _, s := range opened.Sigs {
		c, err := newCosignature(s)
		if err != nil {
			return Signed{}, nil, err
		}
		cosignatures = append(cosignatures, c)
	}
	if len(cosignatures) < p.need {
		return Signed{}, nil, fmt.Errorf("%w: %d, want %d", ErrQuorum, len(cosignatures), p.need)
	}
	return checkpoint, cosignatures, nil
}
