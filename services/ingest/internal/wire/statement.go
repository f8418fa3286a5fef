package wire

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/signing"
)

// Types of leaves.
const (
	EventType     = "pcc.ingest.v1.JournaledEvent"
	StatementType = "pcc.ingest.v1.JournaledStatement"
)

var errStatement = errors.New("wire: statement")

// FromCover returns c as it is journaled.
func FromCover(c *ingest.Cover) *ingestv1.JournaledStatement {
	s := &ingestv1.JournaledStatement{
		Statement: c.Statement.Bytes(), Indexes: make([]int32, len(c.Part.Indexes)),
		EventHashes: signing.JoinHashes(c.Part.Events), Beside: signing.JoinHashes(c.Part.Beside),
	}
	for i, index := range c.Part.Indexes {
		s.Indexes[i] = int32(index)
	}
	return s
}

// ToCover reads the payload of a leaf that holds a statement, and checks that the events are the statement's. It does not
// verify the signature.
func ToCover(payload []byte) (*ingest.Cover, signing.Tree, error) {
	s := &ingestv1.JournaledStatement{}
	if err := proto.Unmarshal(payload, s); err != nil {
		return nil, signing.Tree{}, fmt.Errorf("%w: %w", errStatement, err)
	}
	statement, parseErr := signing.Parse(s.GetStatement())
	events, eventsErr := signing.SplitHashes(s.GetEventHashes())
	beside, besideErr := signing.SplitHashes(s.GetBeside())
	if err := errors.Join(parseErr, eventsErr, besideErr); err != nil {
		return nil, signing.Tree{}, fmt.Errorf("%w: %w", errStatement, err)
	}
	c := &ingest.Cover{Statement: statement, Part: signing.Part{Indexes: make([]int, len(s.GetIndexes())), Events: events, Beside: beside}}
	for i, index := range s.GetIndexes() {
		c.Part.Indexes[i] = int(index)
	}
	tree, err := c.Tree()
	if err != nil {
		return nil, signing.Tree{}, err
	}
	return c, tree, nil
}

// ToSignature returns the signature that an event's leaf names. c is from the entry in which the statement should be; an error
// says that the leaf names another statement, or that it does not cover this event at its index.
func ToSignature(c *ingest.Cover, journaled *ingestv1.JournaledEvent) (*ingest.Signature, error) {
	named, id := journaled.GetSignature(), sha256.Sum256(c.Statement.Bytes())
	if string(id[:]) != string(named.GetStatementSha256()) {
		return nil, fmt.Errorf("%w: the event names another than its entry holds", errStatement)
	}
	at, found := slices.BinarySearch(c.Part.Indexes, int(named.GetIndex()))
	if !found || c.Part.Events[at] != sha256.Sum256(journaled.GetCloudEvent()) {
		return nil, fmt.Errorf("%w: its number %d is not the event", errStatement, named.GetIndex())
	}
	return &ingest.Signature{Cover: c, Index: int(named.GetIndex())}, nil
}

// Statements are the last statements of a stream, for whoever reads its entries in their order. Each transaction of the writer
// journals its statements before its events, so that those of one run of entries are all that later ones can name.
type Statements struct {
	first  uint64
	covers []*ingest.Cover
}

// Add takes the payload of the statement's leaf at a sequence.
func (s *Statements) Add(sequence uint64, payload []byte) error {
	if sequence != s.first+uint64(len(s.covers)) {
		s.first, s.covers = sequence, s.covers[:0]
	}
	c, _, err := ToCover(payload)
	s.covers = append(s.covers, c) // nil when it cannot be read
	return err
}

// Signature returns the signature of the event at a sequence, nil when its source did not sign. An error says that the stream
// does not hold the statement that the event names.
func (s *Statements) Signature(sequence uint64, journaled *ingestv1.JournaledEvent) (*ingest.Signature, error) {
	named := journaled.GetSignature()
	if named == nil {
		return nil, nil //nolint:nilnil // not signed
	}
	at := sequence - uint64(named.GetDistance()) - s.first
	if named.GetDistance() < 1 || at >= uint64(len(s.covers)) || s.covers[at] == nil {
		return nil, fmt.Errorf("%w: the event's is not among the last of the stream", errStatement)
	}
	return ToSignature(s.covers[at], journaled)
}
