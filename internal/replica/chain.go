package replica

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/headmap/proof"
	journal "github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// entriesAtOnce bounds the entries of a stream in memory.
const entriesAtOnce = 1 << 16

// chain is what the epochs so far have made.
type chain struct {
	last  *model.EpochRecord
	state epoch.State
	lists map[proof.Key]proof.List
}

func newChain() *chain { return &chain{state: epoch.Start(), lists: map[proof.Key]proof.List{}} }

// load is an epoch.Loader of the lists in memory.
func (c *chain) load(_ context.Context, keys []proof.Key) ([]proof.List, error) {
	lists := make([]proof.List, len(keys))
	for i, key := range keys {
		lists[i] = c.lists[key]
	}
	return lists, nil
}

// reader gives a part of a stream.
type reader func(stream string, first, end uint64) ([]journal.Entry, error)

// next checks an epoch against the entries and the keys that are trusted, and makes it the last one. The error joins what is
// wrong with it; then the chain stays as it was.
func (c *chain) next(ctx context.Context, e Epoch, read reader, trusted checkpoint.Policy) error {
	record, err := model.ParseEpoch([]byte(e.Record))
	if err != nil {
		return err
	}
	if record.Number != e.Number {
		return fmt.Errorf("the record is of epoch %d", record.Number)
	}
	if err := model.ValidateNextEpoch(c.last, record, time.UnixMilli(record.TimeUnixMilli)); err != nil {
		return err
	}
	change, err := c.extend(ctx, record, read)
	if err != nil {
		return err
	}
	leaf, err := record.IndexLeaf()
	if err != nil {
		return err
	}
	state, err := change.Next.WithRecord(proof.Hash(leaf))
	if err != nil {
		return err
	}
	if err := errors.Join(epoch.Check(state.Content(), epoch.ContentOf(record)), checkNote(e, state.Index.Head(), trusted)); err != nil {
		return err
	}
	for _, l := range change.Lists {
		c.lists[l.Key] = l.List
	}
	c.last, c.state = &record, state
	return nil
}

// extend makes the change of the entries that a record says are new.
func (c *chain) extend(ctx context.Context, record model.EpochRecord, read reader) (*epoch.Change, error) {
	grown, err := c.state.Growth(record.Streams)
	if err != nil {
		return nil, err
	}
	builder := epoch.Begin(c.state, c.load)
	for _, part := range grown {
		for first := part.First; first < part.End; first += entriesAtOnce {
			entries, err := read(part.Stream, first, min(first+entriesAtOnce, part.End))
			if err != nil {
				return nil, err
			}
			if err := builder.Add(ctx, part.Stream, entries); err != nil {
				return nil, err
			}
		}
	}
	return builder.Finish()
}

// checkNote verifies that enough witnesses have cosigned the index that ends with the record.
func checkNote(e Epoch, index proof.Head, trusted checkpoint.Policy) error {
	signed, _, err := trusted.Verify([]byte(e.Note))
	if err != nil {
		return fmt.Errorf("note: %w", err)
	}
	if signed.Size != index.Count || signed.Root != index.Root {
		return fmt.Errorf("the note is of an index of %d with another root than the records make", signed.Size)
	}
	return nil
}
