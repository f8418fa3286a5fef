package ingest

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/pcc-platform/pcc/signing"
)

const (
	fieldStatement = "signed.statement"
	fieldSource    = "source"
)

// Signature is a source's signature of one event.
type Signature struct {
	// Statement covers the event and, shared among them, the others that were signed with it.
	Statement *signing.Signed
	// Index is which of the covered events it is, from 0; Path its audit path as signing.JoinPath writes it.
	Index int
	Path  []byte
}

// Sequence is the event's number in the chain of its source.
func (s *Signature) Sequence() uint64 { return s.Statement.First + uint64(s.Index) }

// Sign gives each candidate the signature that a sealed statement over all of them holds for it. What keeps a signature from
// being read is the fault of every candidate; whether it holds is checked with the key.
func Sign(candidates []Candidate, sealed []byte) {
	statement, tree, fault := readStatement(candidates, sealed)
	for i := range candidates {
		if fault != nil {
			candidates[i].SignatureFault = fault
			continue
		}
		candidates[i].Signature = &Signature{Statement: statement, Index: i, Path: signing.JoinPath(tree.Path(i))}
	}
}

func readStatement(candidates []Candidate, sealed []byte) (*signing.Signed, signing.Tree, *Fault) {
	statement, err := signing.Parse(sealed)
	if err != nil {
		return nil, signing.Tree{}, NewFault(ReasonSignatureInvalid, fieldStatement, "not a signed statement in its one encoding")
	}
	hashes := make([]Hash, len(candidates))
	for i := range candidates {
		hashes[i] = sha256.Sum256(candidates[i].Bytes)
	}
	tree, err := signing.NewTree(hashes)
	if err != nil || statement.Count != uint64(len(candidates)) || statement.Root != tree.Root() {
		return nil, signing.Tree{}, NewFault(ReasonSignatureInvalid, fieldStatement, "the statement is about other events, or another order of them")
	}
	return statement, tree, nil
}

// signAgain gives a candidate the signature that was kept with it.
func (c *Candidate) signAgain(kept *Signature) {
	path, err := signing.SplitPath(kept.Path)
	if err != nil || kept.Index < 0 || kept.Statement.VerifyEvent(sha256.Sum256(c.Bytes), uint64(kept.Index), path) != nil {
		c.SignatureFault = NewFault(ReasonSignatureInvalid, fieldStatement, "the signature that was kept is not of this event")
		return
	}
	c.Signature = kept
}

// checkSignatures refuses events that are not signed and should be, and those whose signature does not hold. Whoever may send
// for a source cannot take its signature off: a source that ever had a key signs.
func (s *Service) checkSignatures(ctx context.Context, b *inspection) error {
	ring, err := s.keyring(ctx, b)
	if err != nil {
		return err
	}
	kept := b.passed[:0]
	for _, p := range b.passed {
		fault := ring.check(&b.candidates[p.index], &p.event)
		if fault != nil {
			b.refuse(p.index, fault)
			continue
		}
		p.event.Signature = b.candidates[p.index].Signature
		kept = append(kept, p)
	}
	b.passed, b.statements = kept, ring.held()
	return nil
}

// keyring is what a batch's events are checked against.
type keyring struct {
	keys map[signing.KeyID]SourceKey
	// signs are the sources, of those without a signature, that have to sign.
	signs map[string]bool
	// holds remembers of each statement whether its key signed it: it is verified once for all its events.
	holds map[*signing.Signed]bool
}

func (s *Service) keyring(ctx context.Context, b *inspection) (keyring, error) {
	ring := keyring{keys: map[signing.KeyID]SourceKey{}, signs: map[string]bool{}, holds: map[*signing.Signed]bool{}}
	unsigned, ids := map[string]bool{}, map[signing.KeyID]bool{}
	for _, p := range b.passed {
		switch c := &b.candidates[p.index]; {
		case c.Signature != nil:
			ids[c.Signature.Statement.KeyID()] = true
		case c.SignatureFault == nil:
			unsigned[c.Source] = true
		}
	}
	if len(unsigned) > 0 {
		signing, err := s.store.SigningSources(ctx, slices.Collect(maps.Keys(unsigned)))
		if err != nil {
			return keyring{}, err
		}
		for _, source := range signing {
			ring.signs[source] = true
		}
	}
	if len(ids) > 0 {
		keys, err := s.store.SourceKeys(ctx, slices.Collect(maps.Keys(ids)))
		if err != nil {
			return keyring{}, err
		}
		for _, k := range keys {
			ring.keys[k.ID] = k
		}
	}
	return ring, nil
}

// check returns what is wrong with an event's signature or the lack of it.
func (r keyring) check(c *Candidate, e *Event) *Fault {
	if c.SignatureFault != nil {
		return c.SignatureFault
	}
	if c.Signature == nil {
		if r.signs[e.Source] {
			return NewFault(ReasonSignatureMissing, fieldSource, "the source has a key and must sign")
		}
		if path, claimed := c.claimsSignature(); claimed {
			return NewFault(ReasonSignatureMissing, path, "a value that was signed in the vehicle needs a signature")
		}
		return nil
	}
	statement := c.Signature.Statement
	key, known := r.keys[statement.KeyID()]
	switch {
	case !known || key.Member != e.Member || key.Source != e.Source:
		return NewFault(ReasonKeyUnknown, fieldStatement, "the key is not enrolled for the event's source")
	case key.Passport != nil && *key.Passport != e.Passport:
		return NewFault(ReasonKeyUnknown, "attributes.subject", "the key is another vehicle's")
	case key.RevokedAt != nil:
		return revokedFault()
	case statement.Source != e.Source:
		return NewFault(ReasonSignatureInvalid, fieldSource, "the statement is of another source")
	case !r.verified(statement, key):
		return NewFault(ReasonSignatureInvalid, fieldStatement, "the key did not sign the statement")
	}
	return nil
}

func (r keyring) verified(statement *signing.Signed, key SourceKey) bool {
	holds, checked := r.holds[statement]
	if !checked {
		holds = statement.Verify(key.Public) == nil
		r.holds[statement] = holds
	}
	return holds
}

// held returns the statements whose signatures hold.
func (r keyring) held() (statements []*signing.Signed) {
	for statement, holds := range r.holds {
		if holds {
			statements = append(statements, statement)
		}
	}
	return statements
}

func revokedFault() *Fault {
	return NewFault(ReasonKeyRevoked, fieldStatement, "the key was revoked before the event was journaled")
}

// claimsSignature returns the path of a mileage that says it was signed in the vehicle.
func (c *Candidate) claimsSignature() (path string, claimed bool) {
	for _, o := range c.Odometers {
		if o.SignedInVehicle {
			return o.Path + ".provenance", true
		}
	}
	return "", false
}

// keepStatements remembers statements of which no event is left to go through the queue: the source has said what it said,
// and without them its chain would show a gap where nothing is missing.
func (s *Service) keepStatements(ctx context.Context, b *inspection) error {
	if len(b.passed) > 0 || len(b.statements) == 0 {
		return nil
	}
	return s.store.RecordStatements(ctx, b.member, b.statements, b.now)
}
