package fsck

import (
	"cmp"
	"fmt"
	"slices"
)

// Reason says what is wrong. Reasons are stable: programs may act on them.
type Reason string

// What is wrong with the rows of a journal.
const (
	// EntryMissing is of a run of sequence numbers without entries.
	EntryMissing Reason = "ENTRY_MISSING"
	// EntryChanged is of an entry that its tile contradicts, and the level above
	// or a checkpoint confirms the tile.
	EntryChanged Reason = "ENTRY_CHANGED"
	// EntryMisplaced is EntryChanged where the leaf belongs to another number of
	// the stream: entries were swapped or copied.
	EntryMisplaced Reason = "ENTRY_MISPLACED"
	// EntryDisputed is of an entry and a tile that contradict each other, and
	// nothing says which is right.
	EntryDisputed Reason = "ENTRY_DISPUTED"
	// EntryBeyond is of entries after the end of the stream.
	EntryBeyond Reason = "ENTRY_BEYOND"
	// TileMissing is of a tile that the size of the stream demands.
	TileMissing Reason = "TILE_MISSING"
	// TileShort is of a tile with fewer hashes than the size demands.
	TileShort Reason = "TILE_SHORT"
	// TileChanged is of a tile that is not what the level below makes of it.
	TileChanged Reason = "TILE_CHANGED"
	// TileBeyond is of a tile, or of hashes in it, after the end of the stream.
	TileBeyond Reason = "TILE_BEYOND"
	// CheckpointMissing is of a size that must have a checkpoint and has none.
	CheckpointMissing Reason = "CHECKPOINT_MISSING"
	// CheckpointBeyond is of a checkpoint of more entries than there are.
	CheckpointBeyond Reason = "CHECKPOINT_BEYOND"
	// RootDiffers is of a checkpoint with another root than its entries have.
	RootDiffers Reason = "ROOT_DIFFERS"
	// RootUnknown is of a checkpoint, or a claim, whose root cannot be computed
	// because what is below it is missing in entries and tiles both.
	RootUnknown Reason = "ROOT_UNKNOWN"
	// TableEmpty is of a table that has nothing of a stream that others have.
	TableEmpty Reason = "TABLE_EMPTY"
	// RowDuplicate is of two rows under one key.
	RowDuplicate Reason = "ROW_DUPLICATE"
	// RowOutOfRange is of rows with numbers that no journal has.
	RowOutOfRange Reason = "ROW_OUT_OF_RANGE"
	// GuardMissing is of a trigger or key that keeps rows from being changed and
	// is switched off or gone.
	GuardMissing Reason = "GUARD_MISSING"
)

// What a journal contradicts that was fixed elsewhere.
const (
	// StreamMissing is of a stream that was there and is not.
	StreamMissing Reason = "STREAM_MISSING"
	// JournalShorter is of a stream with fewer entries than it had: an older
	// state was restored.
	JournalShorter Reason = "JOURNAL_SHORTER"
	// HistoryRewritten is of a stream that had another root at the same size.
	HistoryRewritten Reason = "HISTORY_REWRITTEN"
)

const (
	// MaxPerReason bounds the findings of one reason in one stream.
	MaxPerReason = 20
	// MaxFindings bounds the findings of a report.
	MaxFindings = 10_000
)

// Finding is one thing that is wrong.
type Finding struct {
	Reason Reason `json:"reason"`
	// Stream is empty when the finding is of a whole table.
	Stream string `json:"stream,omitempty"`
	Place  Place  `json:"place"`
	// Text is a sentence for an operator. It holds no content of an entry.
	Text string `json:"text"`
}

// Place is where a finding is: one of its kinds is set.
type Place struct {
	Table string `json:"table,omitempty"`
	// Sequence is of an entry, from 0; of a run of entries Last is its last.
	Sequence *uint64 `json:"sequence,omitempty"`
	Last     *uint64 `json:"last,omitempty"`
	// Level and Index are of a tile, from 0.
	Level *int    `json:"level,omitempty"`
	Index *uint64 `json:"index,omitempty"`
	// Size is of a checkpoint.
	Size *uint64 `json:"size,omitempty"`
	// Epoch is of what anchor keeps of one, from 1.
	Epoch *uint64 `json:"epoch,omitempty"`
}

// AtTable is the place of what concerns a table.
func AtTable(name string) Place { return Place{Table: name} }

// AtEntry is the place of an entry.
func AtEntry(seq uint64) Place { return Place{Sequence: &seq} }

// AtEntries is the place of the entries from first to last.
func AtEntries(first, last uint64) Place {
	if first == last {
		return AtEntry(first)
	}
	return Place{Sequence: &first, Last: &last}
}

// AtTile is the place of a tile.
func AtTile(level int, index uint64) Place { return Place{Level: &level, Index: &index} }

// AtSize is the place of a checkpoint.
func AtSize(size uint64) Place { return Place{Size: &size} }

// AtEpoch is the place of what is kept of an epoch.
func AtEpoch(number uint64) Place { return Place{Epoch: &number} }

// String is short, such as "entries 3-8" or "tile 1/0" (level and index).
func (p Place) String() string {
	switch {
	case p.Last != nil:
		return fmt.Sprintf("entries %d-%d", *p.Sequence, *p.Last)
	case p.Sequence != nil:
		return fmt.Sprintf("entry %d", *p.Sequence)
	case p.Level != nil:
		return fmt.Sprintf("tile %d/%d", *p.Level, *p.Index)
	case p.Size != nil:
		return fmt.Sprintf("size %d", *p.Size)
	case p.Epoch != nil:
		return fmt.Sprintf("epoch %d", *p.Epoch)
	default:
		return p.Table
	}
}

// Omitted counts findings that a report does not list.
type Omitted struct {
	Reason Reason `json:"reason"`
	Stream string `json:"stream,omitempty"`
	Count  uint64 `json:"count"`
}

// Findings collects findings within bounds. Its zero value is empty.
type Findings struct {
	list  []Finding
	count map[kind]uint64
}

type kind struct {
	stream string
	reason Reason
}

// Add keeps or counts a finding.
func (f *Findings) Add(reason Reason, stream string, at Place, format string, args ...any) {
	if f.count == nil {
		f.count = map[kind]uint64{}
	}
	if f.listed(stream, reason) {
		f.list = append(f.list, Finding{Reason: reason, Stream: stream, Place: at, Text: fmt.Sprintf(format, args...)})
	}
	f.count[kind{stream, reason}]++
}

// listed says whether the next finding of its kind would be listed.
func (f *Findings) listed(stream string, reason Reason) bool {
	return f.count[kind{stream, reason}] < MaxPerReason && len(f.list) < MaxFindings
}

// List returns the findings in the order in which they were made.
func (f *Findings) List() []Finding { return f.list }

// Omitted returns the number of findings that are not in the list, by stream
// and reason.
func (f *Findings) Omitted() []Omitted {
	listed := map[kind]uint64{}
	for _, found := range f.list {
		listed[kind{found.Stream, found.Reason}]++
	}
	var omitted []Omitted
	for k, n := range f.count {
		if n > listed[k] {
			omitted = append(omitted, Omitted{Reason: k.reason, Stream: k.stream, Count: n - listed[k]})
		}
	}
	slices.SortFunc(omitted, func(a, b Omitted) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Reason, b.Reason))
	})
	return omitted
}
