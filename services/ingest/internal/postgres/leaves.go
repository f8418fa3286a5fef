package postgres

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// streamed is what goes into one stream: the statements that cover events, the events with their leaves, then marks.
type streamed struct {
	events                    []*ingest.Event
	statements, leaves, marks []journal.Leaf
	// covers has what events say of a statement's leaf.
	covers map[*ingest.Cover]statementLeaf
}

// statementLeaf is the hash of a statement and which of the stream's statements it is.
type statementLeaf struct {
	hash ingest.Hash
	at   int
}

// leavesByMember makes the leaves of what was appraised.
func leavesByMember(a *appraised) (map[string]*streamed, error) {
	streams := make(map[string]*streamed)
	of := func(member string) *streamed {
		if streams[member] == nil {
			streams[member] = &streamed{covers: make(map[*ingest.Cover]statementLeaf)}
		}
		return streams[member]
	}
	for i := range a.Events {
		e := &a.Events[i]
		if err := of(e.Member).add(e); err != nil {
			return nil, err
		}
	}
	for _, s := range streams {
		if err := s.makeLeaves(); err != nil {
			return nil, err
		}
	}
	causes := a.causes(streams)
	for i := range a.marks {
		leaf, err := markLeaf(&a.marks[i], causes[a.marks[i].Cause])
		if err != nil {
			return nil, err
		}
		s := of(a.marks[i].Subject.Member)
		s.marks = append(s.marks, leaf)
	}
	return streams, nil
}

// causes returns the leaf hashes of the events that decided marks.
func (a *appraised) causes(streams map[string]*streamed) map[uuid.UUID]ingest.Hash {
	hashes := make(map[uuid.UUID]ingest.Hash, len(a.marks))
	for i := range a.marks {
		hashes[a.marks[i].Cause] = ingest.Hash{}
	}
	for _, s := range streams {
		for i, e := range s.events {
			if _, wanted := hashes[e.ID]; wanted {
				hashes[e.ID] = s.leaves[i].Hash()
			}
		}
	}
	return hashes
}

// add takes an event, and the leaf of its statement with the first event that it covers.
func (s *streamed) add(e *ingest.Event) error {
	s.events = append(s.events, e)
	if e.Signature == nil {
		return nil
	}
	cover := e.Signature.Cover
	if _, known := s.covers[cover]; known {
		return nil
	}
	payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(wire.FromCover(cover))
	if err != nil {
		return fmt.Errorf("marshal a statement: %w", err)
	}
	s.covers[cover] = statementLeaf{hash: sha256.Sum256(cover.Statement.Bytes()), at: len(s.statements)}
	s.statements = append(s.statements, unlisted(wire.StatementType, payload))
	return nil
}

// makeLeaves makes the leaf of each event, in the list of its vehicle and class, once all statements before them are known. The
// salt keeps a leaf's commitment from telling its content once the content is erased.
func (s *streamed) makeLeaves() error {
	salts := make([]byte, len(s.events)*proof.SaltBytes)
	_, _ = rand.Read(salts) // never fails, by its documentation
	s.leaves = make([]journal.Leaf, len(s.events))
	var payload []byte // of one event after the other
	for i, e := range s.events {
		var err error
		if payload, err = appendPayload(payload[:0], e, s.signatureOf(i)); err != nil {
			return err
		}
		frame := journal.Frame(wire.EventType, [proof.SaltBytes]byte(salts[i*proof.SaltBytes:]), payload)
		s.leaves[i] = journal.Leaf{Key: e.ListKey, Frame: frame}
	}
	return nil
}

// signatureOf is what the leaf of an event says of its signature, nil when its source did not sign.
func (s *streamed) signatureOf(i int) *ingestv1.EventSignature {
	signature := s.events[i].Signature
	if signature == nil {
		return nil
	}
	statement := s.covers[signature.Cover]
	return &ingestv1.EventSignature{
		StatementSha256: statement.hash[:], Index: int32(signature.Index), Distance: int32(len(s.statements) + i - statement.at),
	}
}

func appendPayload(payload []byte, e *ingest.Event, signature *ingestv1.EventSignature) ([]byte, error) {
	payload, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(payload, &ingestv1.JournaledEvent{
		CloudEvent:     e.Bytes,
		Passport:       "passports/" + e.Passport.String(),
		Member:         "members/" + e.Member,
		Quality:        wire.FromQuality(&e.Quality),
		ReceiveTime:    timestamppb.New(e.ReceivedAt),
		OdometerMetres: e.OdometerMetres,
		Signature:      signature,
		Id:             e.ID[:],
	})
	if err != nil {
		return nil, fmt.Errorf("marshal the journal's payload: %w", err)
	}
	return payload, nil
}

// unlisted makes a leaf that is in no vehicle's list.
func unlisted(leafType string, payload []byte) journal.Leaf {
	var salt [proof.SaltBytes]byte
	_, _ = rand.Read(salt[:])
	return journal.Leaf{Frame: journal.Frame(leafType, salt, payload)}
}

// markLeaf makes the leaf of a mark.
func markLeaf(m *ingest.CountedMark, cause ingest.Hash) (journal.Leaf, error) {
	mark := &ingestv1.ReputationMark{
		Event: ingest.EventName(m.Passport, ingest.EventOf(m.Reading.EventID)), DataKind: string(m.Subject.Kind),
		Outcome: wire.FromOutcome(m.Outcome), Number: m.Number, Day: m.Day, CauseLeafHash: cause[:], ForgivenDay: m.ForgivenDay,
	}
	payload, err := proto.MarshalOptions{Deterministic: true}.Marshal(mark)
	if err != nil {
		return journal.Leaf{}, fmt.Errorf("marshal a mark: %w", err)
	}
	return unlisted(string(mark.ProtoReflect().Descriptor().FullName()), payload), nil
}
