package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

const (
	// statementsPage bounds the statements in memory at once, which have up to 40 KiB.
	statementsPage = 100
	// hashFraming is what a hash takes in a message beside its bytes, provenFraming what an event takes beside leaf and hashes.
	hashFraming, provenFraming = 2, 180
)

// signedEvent is a proven event with what its leaf says.
type signedEvent struct {
	*ingest.ProvenEvent
	journaled *ingestv1.JournaledEvent
}

// showSignatures puts beside each signed event the statement that its leaf names, with the event's path to the statement's root.
func (s *Store) showSignatures(ctx context.Context, events []ingest.ProvenEvent) error {
	signed, err := byStatement(events)
	if err != nil {
		return err
	}
	for stream, statements := range signed {
		for page := range slices.Chunk(slices.Sorted(maps.Keys(statements)), statementsPage) {
			entries, err := journal.EntriesAt(ctx, s.owner, stream, page)
			if err != nil {
				return err
			}
			for i := range entries {
				if err := showStatement(&entries[i], statements[entries[i].Seq]); err != nil {
					return fmt.Errorf("entry %d of %s: %w", entries[i].Seq, stream, err)
				}
			}
		}
	}
	return checkProvenSize(events)
}

// byStatement returns the signed events by stream and by number of the entry that has their statement.
func byStatement(events []ingest.ProvenEvent) (map[string]map[uint64][]signedEvent, error) {
	signed := make(map[string]map[uint64][]signedEvent)
	for i := range events {
		e := &events[i]
		journaled, err := journaledIn(e.Leaf)
		if err != nil {
			return nil, err
		}
		if journaled.GetSignature() == nil {
			continue
		}
		statements := signed[e.Position.Stream]
		if statements == nil {
			statements = make(map[uint64][]signedEvent)
			signed[e.Position.Stream] = statements
		}
		at := e.Position.Sequence - uint64(journaled.GetSignature().GetDistance())
		statements[at] = append(statements[at], signedEvent{e, journaled})
	}
	return signed, nil
}

// showStatement completes the events of one statement.
func showStatement(entry *journal.Entry, events []signedEvent) error {
	leaf, err := proof.ParseFrame(entry.Frame)
	if err != nil {
		return err
	}
	cover, tree, err := wire.ToCover(leaf.Payload)
	if err != nil {
		return err
	}
	for _, e := range events {
		signature, err := wire.ToSignature(cover, e.journaled)
		if err != nil {
			return err
		}
		e.Statement, e.Path = cover.Statement.Bytes(), tree.Path(signature.Index)
	}
	return nil
}

// checkProvenSize refuses what would not fit into an answer, now that the signatures are known.
func checkProvenSize(events []ingest.ProvenEvent) error {
	size := 0
	for i := range events {
		e := &events[i]
		size += provenFraming + len(e.Leaf) + len(e.Statement) + (len(e.Proof)+len(e.Path))*(len(ingest.Hash{})+hashFraming)
	}
	if size > ingest.MaxProvenBytes {
		return ingest.ErrReportTooLarge
	}
	return nil
}
