package replay

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

const (
	// recordsAtOnce is how many records are held in memory.
	recordsAtOnce = 64
	// recordsTimeout bounds the reading of records at once, epochTimeout that of the entries of one epoch with its arithmetic.
	recordsTimeout = time.Minute
	epochTimeout   = 10 * time.Minute
	// maxBehind bounds the epochs up to one checkpoint: ten years with one a minute.
	maxBehind = 6 << 20
)

// follow replays what is missing up to a checkpoint.
func (f *Follower) follow(ctx context.Context, c checkpoint.Checkpoint) error {
	if err := f.store.doubt(); err != nil {
		return err
	}
	number := f.lastReplayed().state.Number()
	if c.Size <= number {
		return f.compare(c)
	}
	if c.Size-number > maxBehind {
		return refuse(c.Size, "it is %d epochs ahead", c.Size-number)
	}
	blocks, err := f.survey(ctx, c)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		if err := f.replayBlock(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// compare holds a checkpoint against what was replayed before.
func (f *Follower) compare(c checkpoint.Checkpoint) error {
	if c.Size == 0 {
		return nil // its root is the protocol's business
	}
	root, err := f.store.root(c.Size)
	if err != nil {
		return err
	}
	if root != c.Root {
		return refuse(c.Size, "the index has another root than with the records replayed")
	}
	return nil
}

// block is some records of the index that follow one another.
type block struct {
	// first is the number of the first record, end that after the last.
	first, end uint64
	// root is that of the index with them.
	root proof.Hash
	// records are there for the last block only, so that one epoch is read once.
	records []record
}

// survey reads the records up to a checkpoint and returns the blocks that they are in, if they make the checkpoint's root.
// Only then they are what the log has signed, and worth replaying.
func (f *Follower) survey(ctx context.Context, c checkpoint.Checkpoint) (blocks []block, err error) {
	index := f.lastReplayed().state.Index
	for first := index.Count() + 1; first <= c.Size; first += recordsAtOnce {
		if len(blocks) > 0 {
			blocks[len(blocks)-1].records = nil
		}
		b := block{first: first, end: min(first+recordsAtOnce, c.Size+1)}
		if b.records, index, err = f.read(ctx, index, b); err != nil {
			return nil, err
		}
		b.root = index.Head().Root
		blocks = append(blocks, b)
	}
	if index.Head().Root != c.Root {
		return nil, refuse(c.Size, "the records that are shown do not make the index root that is signed")
	}
	return blocks, nil
}

// read reads the records of a block, and returns the index with them.
func (f *Follower) read(ctx context.Context, index proof.List, b block) ([]record, proof.List, error) {
	ctx, cancel := context.WithTimeout(ctx, recordsTimeout)
	defer cancel()
	texts, err := f.opts.Source.Records(ctx, b.first, b.end)
	if err != nil {
		return nil, index, fmt.Errorf("replay: records from %d: %w", b.first, err)
	}
	if shown := uint64(len(texts)); shown < b.end-b.first {
		return nil, index, refuse(b.first+shown, "its record is not shown")
	}
	var records []record
	for i, text := range texts[:b.end-b.first] {
		r, err := parseRecord(b.first+uint64(i), text)
		if err != nil {
			return nil, index, err
		}
		if index, err = index.Append(r.leaf); err != nil {
			return nil, index, fmt.Errorf("replay: index: %w", err)
		}
		records = append(records, r)
	}
	return records, index, nil
}

// record is an epoch record that was read.
type record struct {
	model.EpochRecord
	text string
	leaf proof.Hash
}

func parseRecord(number uint64, text string) (record, error) {
	parsed, err := model.ParseEpoch([]byte(text))
	if err != nil {
		return record{}, refuse(number, "%w", err)
	}
	leaf, err := parsed.IndexLeaf()
	if err != nil {
		return record{}, refuse(number, "%w", err)
	}
	return record{EpochRecord: parsed, text: text, leaf: proof.Hash(leaf)}, nil
}

// replayBlock replays the records of a block. Those that are read a second time must be the same.
func (f *Follower) replayBlock(ctx context.Context, b block) error {
	if b.records == nil {
		again, index, err := f.read(ctx, f.lastReplayed().state.Index, b)
		if err != nil {
			return err
		}
		if index.Head().Root != b.root {
			return refuse(b.first, "records %d to %d are others when they are read again", b.first, b.end-1)
		}
		b.records = again
	}
	for _, r := range b.records {
		if err := f.replay(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// replay computes one epoch, holds the record against it, and writes it down.
func (f *Follower) replay(ctx context.Context, r record) error {
	ctx, cancel := context.WithTimeout(ctx, epochTimeout)
	defer cancel()
	before := f.lastReplayed()
	if err := f.checkPlace(before, r); err != nil {
		return err
	}
	change, err := f.compute(ctx, before.state, r)
	if err != nil {
		return verdict(r.Number, err)
	}
	if err := epoch.Check(change.Next.Content(), epoch.ContentOf(r.EpochRecord)); err != nil {
		return verdict(r.Number, err)
	}
	next, err := change.Next.WithRecord(r.leaf)
	if err != nil {
		return err
	}
	now := replayed{state: next, record: r.text}
	if err := f.store.put(now, change.Lists); err != nil {
		return err
	}
	f.mu.Lock()
	f.last = now
	f.mu.Unlock()
	f.opts.Logger.InfoContext(ctx, "epoch replayed", slog.Uint64("epoch", r.Number), slog.Int("entries", change.Entries),
		slog.Int("lists", len(change.Lists)))
	return nil
}

// checkPlace checks what can be judged of a record without entries: that it follows the one before, by the rules of the
// ledger, and its time.
func (f *Follower) checkPlace(before replayed, r record) error {
	var previous *model.EpochRecord
	if before.record != "" {
		parsed, err := model.ParseEpoch([]byte(before.record))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		previous = &parsed
	}
	at := time.UnixMilli(r.TimeUnixMilli)
	// How late a record may reach the ledger is the ledger's rule, so that its own time stands for the transaction's here.
	if err := model.ValidateNextEpoch(previous, r.EpochRecord, at); err != nil {
		return refuse(r.Number, "%w", err)
	}
	return f.checkTime(r.Number, at)
}

// compute adds the entries that the platform shows for a record to the state before it.
func (f *Follower) compute(ctx context.Context, before epoch.State, r record) (*epoch.Change, error) {
	parts, err := before.Growth(r.Streams)
	if err != nil {
		return nil, err
	}
	total := uint64(0)
	for _, part := range parts {
		if total += part.Len(); part.Len() > epoch.MaxEntries || total > epoch.MaxEntries {
			return nil, refuse(r.Number, "more than %d entries", epoch.MaxEntries)
		}
	}
	b := epoch.Begin(before, f.store.lists)
	for _, part := range parts {
		if err := f.add(ctx, b, r.Number, part); err != nil {
			return nil, err
		}
	}
	return b.Finish()
}

// add reads a part of a stream into an epoch.
func (f *Follower) add(ctx context.Context, b *epoch.Builder, number uint64, part epoch.Range) error {
	read := uint64(0)
	for entries, err := range f.opts.Source.Entries(ctx, part) {
		if err != nil {
			return fmt.Errorf("replay: entries of %s: %w", part.Stream, err)
		}
		if read += uint64(len(entries)); read > part.Len() {
			return fmt.Errorf("replay: entries of %s: more than were asked for", part.Stream)
		}
		if err := b.Add(ctx, part.Stream, entries); err != nil {
			return err
		}
	}
	if read < part.Len() {
		return refuse(number, "stream %s: %d entries are shown of those from %d to %d", part.Stream, read, part.First, part.End)
	}
	return nil
}
