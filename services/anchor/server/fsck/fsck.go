// Package fsck examines anchor's database as it is stored: the journal of epoch records, by internal/journal/fsck, and with it what
// each epoch has made of streams and lists, from which the map is built at a start and the next epoch goes on. In the same snapshot,
// and in one pass over the records:
//
//   - every entry of the index is the record of its number, and has a row among the candidates that says the same;
//   - every stream that grew in an epoch has an extent, with the size and the root of the record, and there are no others;
//   - the lists that are stored for an epoch, with those before, make the map that its record names, and there are no others.
//
// The index is what everything is compared with: its checkpoints are cosigned and on the ledger, and are named from elsewhere as
// claims. That a map is not the record's shows for an epoch as a whole and not which of its lists was changed; it is told once and
// again after the map was right in between, because the change of one list is over when the list next grows.
//
// # Memory
//
// Beyond the journal's: the map, 116 bytes a list, and the lists of one epoch.
package fsck

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/journal"
	"github.com/pcc-platform/pcc/internal/journal/fsck"
	"github.com/pcc-platform/pcc/internal/journal/keeper"
	"github.com/pcc-platform/pcc/internal/journal/proof"
)

// What is wrong with what is kept of epochs.
const (
	// RecordUnreadable is of an entry of the index that is not the record of its number: what the epochs from there on are to be
	// compared with is not known.
	RecordUnreadable fsck.Reason = "RECORD_UNREADABLE"
	// CandidateMissing is of a record in the index that has no row among the candidates.
	CandidateMissing fsck.Reason = "CANDIDATE_MISSING"
	// CandidateChanged is of a candidate that is another record than the index has.
	CandidateChanged fsck.Reason = "CANDIDATE_CHANGED"
	// CandidateBeyond is of a candidate that the index does not have.
	CandidateBeyond fsck.Reason = "CANDIDATE_BEYOND"
	// ExtentMissing is of a stream that grew in an epoch and has no extent there.
	ExtentMissing fsck.Reason = "EXTENT_MISSING"
	// ExtentChanged is of an extent with another size or root than the record's.
	ExtentChanged fsck.Reason = "EXTENT_CHANGED"
	// ExtentBeyond is of an extent of a stream that did not grow in its epoch.
	ExtentBeyond fsck.Reason = "EXTENT_BEYOND"
	// HeadsMissing is of an epoch that changed the map and has no lists.
	HeadsMissing fsck.Reason = "HEADS_MISSING"
	// HeadsChanged is of an epoch whose lists, with those before, do not make its map.
	HeadsChanged fsck.Reason = "HEADS_CHANGED"
	// HeadUnreadable is of a row that is no list, or not one that has grown.
	HeadUnreadable fsck.Reason = "HEAD_UNREADABLE"
	// HeadsBeyond is of lists of an epoch that the index does not have.
	HeadsBeyond fsck.Reason = "HEADS_BEYOND"
)

const (
	tableCandidates = "candidates"
	tableExtents    = "extents"
	tableHeads      = "heads"
)

// Check examines anchor's schema, in which tx works. See [fsck.Check]; the option Entry is its own.
func Check(ctx context.Context, tx pgx.Tx, opts fsck.Options, found *fsck.Findings) ([]fsck.Head, error) {
	for _, table := range []string{tableCandidates, tableExtents, tableHeads} {
		if err := fsck.CheckTriggers(ctx, tx, found, table, table+"_append_only", table+"_no_truncate"); err != nil {
			return nil, err
		}
	}
	e, err := begin(ctx, tx, found)
	if err != nil {
		return nil, err
	}
	opts.Entry = e.entry
	streams, err := fsck.Check(ctx, tx, opts, found)
	if err != nil {
		return nil, err
	}
	return streams, e.finish(ctx)
}

// examination goes through the records of the index and the three tables side by side, all by epoch.
type examination struct {
	found      *fsck.Findings
	candidates *fsck.Rows[candidate]
	extents    *fsck.Rows[extent]
	heads      *fsck.Rows[head]
	// last is the last record, whose map is the second if sound says so.
	last  model.EpochRecord
	lists *headmap.Map
	sound bool
	// lost is set where a record cannot be read: nothing after it can be compared.
	lost bool
}

func begin(ctx context.Context, tx pgx.Tx, found *fsck.Findings) (*examination, error) {
	e := &examination{found: found, lists: headmap.New(), sound: true, last: model.EpochRecord{MapRoot: model.EmptyMapRoot()}}
	var err error
	if e.candidates, err = openCandidates(ctx, tx); err != nil {
		return nil, err
	}
	if e.extents, err = openExtents(ctx, tx); err != nil {
		return nil, err
	}
	e.heads, err = openHeads(ctx, tx)
	return e, err
}

// entry takes the next record. A record that is missing in the index is the journal's finding, and shows here by its number.
func (e *examination) entry(ctx context.Context, stream string, entry *journal.Entry) error {
	if stream != keeper.Index || e.lost {
		return nil
	}
	number := entry.Seq + 1
	text, record, err := recordOf(number, entry.Frame)
	if err == nil {
		err = follows(&e.last, &record)
	}
	if err != nil {
		e.lost = true
		e.found.Add(RecordUnreadable, stream, fsck.AtEpoch(number), "nothing from here on can be compared: %v", err)
		return nil
	}
	for _, check := range []func(context.Context, string, *model.EpochRecord) error{e.checkCandidate, e.checkExtents, e.checkHeads} {
		if err := check(ctx, text, &record); err != nil {
			return err
		}
	}
	e.last = record
	return nil
}

// recordOf reads the record that an entry of the index holds.
func recordOf(number uint64, frame []byte) (text string, record model.EpochRecord, err error) {
	leaf, err := proof.ParseFrame(frame)
	if err != nil {
		return "", record, err
	}
	if leaf.Type != model.IndexLeafType {
		return "", record, fmt.Errorf("a leaf of type %q", leaf.Type)
	}
	if record, err = model.ParseEpoch(leaf.Payload); err == nil && record.Number != number {
		err = fmt.Errorf("the record of epoch %d", record.Number)
	}
	return string(leaf.Payload), record, err
}

// follows says whether a record is that of the epoch after another.
func follows(last, next *model.EpochRecord) error {
	if next.Number != last.Number+1 {
		return fmt.Errorf("the record before is of epoch %d", last.Number)
	}
	if last.Number == 0 {
		return nil
	}
	text, err := last.Canonical()
	if err == nil && next.PreviousHash != sha256.Sum256(text) {
		err = fmt.Errorf("it names another record before it")
	}
	return err
}

// finish tells of what is stored of no epoch, and of tables that are empty and should not be.
func (e *examination) finish(ctx context.Context) error {
	if e.lost {
		return nil
	}
	for _, rest := range []func(context.Context) error{e.restOfCandidates, e.restOfExtents, e.restOfHeads} {
		if err := rest(ctx); err != nil {
			return err
		}
	}
	for _, t := range []struct {
		table string
		rows  uint64
		empty bool
	}{
		{tableCandidates, e.candidates.Taken(), e.last.Number == 0},
		{tableExtents, e.extents.Taken(), len(e.last.Streams) == 0},
		{tableHeads, e.heads.Taken(), e.last.MapKeys == 0},
	} {
		if t.rows == 0 && !t.empty {
			e.found.Add(fsck.TableEmpty, "", fsck.AtTable(t.table), "the table has no row, and the index has %d epochs: it was truncated", e.last.Number)
		}
	}
	return nil
}
