package ingest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/pcc-platform/pcc/signing"
)

const (
	fieldStatement = "signed.statement"
	fieldSource    = "source"
)

// Cover is a statement with what is known here of the tree over the events that it covers.
type Cover struct {
	Statement *signing.Signed
	// Part has at least the events whose Signature the cover is in.
	Part signing.Part
}

// Tree returns the statement's tree as far as the cover knows it. An error says that the part is not of the statement.
func (c *Cover) Tree() (signing.Tree, error) {
	tree, err := c.Part.Tree(int(c.Statement.Count)) //nolint:gosec // at most signing.MaxEvents
	if err == nil && tree.Root() != c.Statement.Root {
		err = fmt.Errorf("%w: the events are others than those of the statement", signing.ErrNotIncluded)
	}
	return tree, err
}

// Of returns the cover of some of its events, those at ascending indexes.
func (c *Cover) Of(indexes []int) (*Cover, error) {
	part, err := c.Part.Of(int(c.Statement.Count), indexes) //nolint:gosec // at most signing.MaxEvents
	return &Cover{Statement: c.Statement, Part: part}, err
}

// Signature is a source's signature of one event.
type Signature struct {
	// Cover is shared among the events that were signed, and came, together.
	*Cover
	// Index is which of the covered events it is, from 0.
	Index int
}

// Sequence is the event's number in the chain of its source.
func (s *Signature) Sequence() uint64 { return s.Statement.First + uint64(s.Index) }

// Sign gives each candidate the signature that a sealed statement over all of them holds for it. What keeps a signature from
// being read is the fault of every candidate; whether it holds is checked with the key.
func Sign(candidates []Candidate, sealed []byte) {
	cover, fault := readStatement(candidates, sealed)
	signatures := make([]Signature, len(candidates))
	for i := range candidates {
		if fault != nil {
			candidates[i].SignatureFault = fault
			continue
		}
		signatures[i] = Signature{Cover: cover, Index: i}
		candidates[i].Signature = &signatures[i]
	}
}

func readStatement(candidates []Candidate, sealed []byte) (*Cover, *Fault) {
	statement, err := signing.Parse(sealed)
	if err != nil {
		return nil, NewFault(ReasonSignatureInvalid, fieldStatement, "not a signed statement in its one encoding")
	}
	hashes := make([]Hash, len(candidates))
	for i := range candidates {
		hashes[i] = sha256.Sum256(candidates[i].Bytes)
	}
	cover := &Cover{Statement: statement, Part: signing.Whole(hashes)}
	if _, err := cover.Tree(); err != nil {
		return nil, NewFault(ReasonSignatureInvalid, fieldStatement, "the statement is about other events, or another order of them")
	}
	return cover, nil
}

// signAgain gives a candidate the signature that was kept with it.
func (c *Candidate) signAgain(kept *Signature) {
	hash := sha256.Sum256(c.Bytes)
	if _, err := kept.Tree(); err != nil || !slices.Equal(kept.Part.Indexes, []int{kept.Index}) || kept.Part.Events[0] != hash {
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
		fault := ring.check(&b.candidates[p.index], p.event)
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
	// faults has every statement of the batch with what is wrong with it, nil when it holds. A statement is verified once for
	// all its events, and also when none of them passes: the source has said what it said.
	faults map[*signing.Signed]*Fault
}

func (s *Service) keyring(ctx context.Context, b *inspection) (keyring, error) {
	ring := keyring{keys: map[signing.KeyID]SourceKey{}, signs: map[string]bool{}, faults: map[*signing.Signed]*Fault{}}
	if err := s.readSigning(ctx, b, ring.signs); err != nil {
		return keyring{}, err
	}
	ids := map[signing.KeyID]bool{}
	for i := range b.candidates {
		if signature := b.candidates[i].Signature; signature != nil {
			ids[signature.Statement.KeyID()] = true
			ring.faults[signature.Statement] = nil
		}
	}
	if len(ids) == 0 {
		return ring, nil
	}
	keys, err := s.store.SourceKeys(ctx, slices.Collect(maps.Keys(ids)))
	if err != nil {
		return keyring{}, err
	}
	for _, k := range keys {
		ring.keys[k.ID] = k
	}
	for statement := range ring.faults {
		ring.faults[statement] = ring.faultOf(statement, b.member)
	}
	return ring, nil
}

// readSigning marks the sources that have to sign, of those that did not.
func (s *Service) readSigning(ctx context.Context, b *inspection, signs map[string]bool) error {
	unsigned := map[string]bool{}
	for _, p := range b.passed {
		if b.candidates[p.index].Signature == nil {
			unsigned[p.event.Source] = true
		}
	}
	if len(unsigned) == 0 {
		return nil
	}
	found, err := s.store.SigningSources(ctx, slices.Collect(maps.Keys(unsigned)))
	for _, source := range found {
		signs[source] = true
	}
	return err
}

// faultOf returns what is wrong with a statement that member sent.
func (r keyring) faultOf(statement *signing.Signed, member string) *Fault {
	key, known := r.keys[statement.KeyID()]
	switch {
	case !known || key.Member != member || key.Source != statement.Source:
		return NewFault(ReasonKeyUnknown, fieldStatement, "the key is not enrolled for the source")
	case key.RevokedAt != nil:
		return revokedFault()
	case statement.Verify(key.Public) != nil:
		return NewFault(ReasonSignatureInvalid, fieldStatement, "the key did not sign the statement")
	}
	return nil
}

// check returns what is wrong with an event's signature or the lack of it.
func (r keyring) check(c *Candidate, e *Event) *Fault {
	switch {
	case c.SignatureFault != nil:
		return c.SignatureFault
	case c.Signature == nil:
		return r.checkUnsigned(c, e)
	}
	statement := c.Signature.Statement
	if statement.Source != e.Source {
		return NewFault(ReasonSignatureInvalid, fieldSource, "the statement is of another source")
	}
	if fault := r.faults[statement]; fault != nil {
		return fault
	}
	if vehicle := r.keys[statement.KeyID()].Passport; vehicle != nil && *vehicle != e.Passport {
		return NewFault(ReasonKeyUnknown, "attributes.subject", "the key is another vehicle's")
	}
	return nil
}

func (r keyring) checkUnsigned(c *Candidate, e *Event) *Fault {
	if r.signs[e.Source] {
		return NewFault(ReasonSignatureMissing, fieldSource, "the source has a key and must sign")
	}
	if path, claimed := c.claimsSignature(); claimed {
		return NewFault(ReasonSignatureMissing, path, "a value that was signed in the vehicle needs a signature")
	}
	return nil
}

// held returns the statements that hold.
func (r keyring) held() (statements []*signing.Signed) {
	for statement, fault := range r.faults {
		if fault == nil {
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
