// Package fsck examines ingest's database as it is stored: the journal, by internal/journal/fsck, and with it the rows of events,
// which are found through their rows and proven through their entries. In the same snapshot, and in one pass over the entries:
//
//   - every row of an event points at an entry, and no two at the same;
//   - the entry holds the event that the row says: id, member, source and its id, type, passport, times, mileage, quality at ingest,
//     content hash and signature;
//   - every entry that holds an event has its row;
//   - the statement that the entry of a signed event names stands before it, and covers the event. Signatures are not verified.
//
// What is computed from events, such as states of odometers and reputations, is not examined here: package replay computes it anew.
package fsck

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// What is wrong with the rows of events.
const (
	// EventRowMissing is of an entry whose event has no row: no list and no report shows it.
	EventRowMissing fsck.Reason = "EVENT_ROW_MISSING"
	// EventRowOrphaned is of a row that points at no entry: its event is not in the journal.
	EventRowOrphaned fsck.Reason = "EVENT_ROW_ORPHANED"
	// EventRowDuplicate is of a second row that points at the same entry.
	EventRowDuplicate fsck.Reason = "EVENT_ROW_DUPLICATE"
	// EventRowChanged is of a row that says otherwise than its entry.
	EventRowChanged fsck.Reason = "EVENT_ROW_CHANGED"
	// EventUnreadable is of an entry that should hold an event and cannot be read.
	EventUnreadable fsck.Reason = "EVENT_UNREADABLE"
	// StatementUnreadable is of an entry that should hold a statement over events and does not.
	StatementUnreadable fsck.Reason = "STATEMENT_UNREADABLE"
	// StatementMissing is of an event that says its source signed it, without a statement that covers it where it should be.
	StatementMissing fsck.Reason = "STATEMENT_MISSING"
)

const tableEvent = "event"

// Check examines ingest's schema, in which tx works. See [fsck.Check]; the option Entry is its own.
func Check(ctx context.Context, tx pgx.Tx, opts fsck.Options, found *fsck.Findings) ([]fsck.Head, error) {
	rows, err := openRows(ctx, tx)
	if err != nil {
		return nil, err
	}
	e := &examination{rows: rows, found: found}
	opts.Entry = e.entry
	heads, err := fsck.Check(ctx, tx, opts, found)
	if err != nil {
		return nil, err
	}
	return heads, e.finish(ctx)
}

// examination goes through entries and rows side by side, both by stream and number.
type examination struct {
	rows  rows
	found *fsck.Findings
	// stream is the one under way, with its last statements.
	stream     string
	statements wire.Statements
	missing    int
}

// entry compares one entry with the rows that point at it.
func (e *examination) entry(ctx context.Context, stream string, entry *journal.Entry) error {
	if e.stream != stream {
		e.stream, e.statements = stream, wire.Statements{}
	}
	here := position{stream, entry.Seq}
	if err := e.orphans(ctx, here); err != nil {
		return err
	}
	row, err := e.rows.at(ctx, here)
	if err != nil {
		return err
	}
	e.compare(here, entry.Frame, row)
	for row != nil {
		if row, err = e.rows.at(ctx, here); err != nil {
			return err
		}
		if row != nil {
			e.found.Add(EventRowDuplicate, stream, fsck.AtEntry(entry.Seq), "a second row, with the id %s, points at this entry", row.id)
		}
	}
	return nil
}

func (e *examination) compare(at position, frame []byte, row *row) {
	place := fsck.AtEntry(at.seq)
	leaf, err := proof.ParseFrame(frame)
	if err != nil {
		e.found.Add(EventUnreadable, at.stream, place, "the leaf is not a frame: %v", err)
		return
	}
	if leaf.Type == wire.EventType {
		e.compareEvent(at, leaf.Payload, row)
		return
	}
	if row != nil {
		e.found.Add(EventRowOrphaned, at.stream, place, "the row of event %s points at an entry of the type %s", row.id, leaf.Type)
	}
	if leaf.Type != wire.StatementType {
		return
	}
	if err := e.statements.Add(at.seq, leaf.Payload); err != nil { // for the events behind it
		e.found.Add(StatementUnreadable, at.stream, place, "the leaf holds no statement over its events: %v", err)
	}
}

func (e *examination) compareEvent(at position, payload []byte, row *row) {
	place := fsck.AtEntry(at.seq)
	journaled := &ingestv1.JournaledEvent{}
	if err := proto.Unmarshal(payload, journaled); err != nil {
		e.found.Add(EventUnreadable, at.stream, place, "the leaf holds no event: %v", err)
		return
	}
	signature, err := e.statements.Signature(at.seq, journaled)
	if err != nil {
		e.found.Add(StatementMissing, at.stream, place, "the statement that the event names does not cover it: %v", err)
	}
	if row == nil {
		e.missing++
		e.found.Add(EventRowMissing, at.stream, place, "the entry holds an event that has no row")
		return
	}
	if err != nil { // nothing to compare with
		row.sourceKey, row.sourceSequence = nil, nil
	}
	differences, err := row.differences(journaled, signature)
	if err != nil {
		e.found.Add(EventUnreadable, at.stream, place, "the leaf holds no event: %v", err)
		return
	}
	if len(differences) > 0 {
		e.found.Add(EventRowChanged, at.stream, place, "the row of event %s says otherwise than its entry: %v", row.id, differences)
	}
}

// orphans tells of the rows before a position, which point at no entry.
func (e *examination) orphans(ctx context.Context, end position) error {
	for {
		row, err := e.rows.before(ctx, end)
		if err != nil || row == nil {
			return err
		}
		e.found.Add(EventRowOrphaned, row.at.stream, fsck.AtEntry(row.at.seq), "the row of event %s points at an entry that is not there", row.id)
	}
}

func (e *examination) finish(ctx context.Context) error {
	if e.rows.Taken() == 0 && e.missing > 0 {
		e.found.Add(fsck.TableEmpty, "", fsck.AtTable(tableEvent), "the table has no row, and the journal has %d events: it was truncated", e.missing)
	}
	if err := e.orphans(ctx, endOfRows); err != nil {
		return fmt.Errorf("fsck: rows of events: %w", err)
	}
	return nil
}
