package anchor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
)

// tip is the last candidate and the state after it.
type tip struct {
	last  *Candidate // nil before the first
	state epoch.State
}

// findTip makes sure that the tip is the last candidate: processes take turns in leading, so another one may have cut since.
func (a *Anchorer) findTip(ctx context.Context) error {
	if a.tip != nil {
		last, err := a.Store.LastCandidate(ctx)
		if err != nil {
			return err
		}
		if numberOf(last) == numberOf(a.tip.last) && (last == nil || last.Hash == a.tip.last.Hash) {
			return nil
		}
	}
	loaded, err := a.loadTip(ctx)
	if err != nil {
		return err
	}
	a.tip = &loaded
	return nil
}

// loadTip reads what a process that has not cut yet has to know.
func (a *Anchorer) loadTip(ctx context.Context) (tip, error) {
	last, err := a.Store.LastCandidate(ctx)
	if err != nil || last == nil {
		return tip{state: epoch.Start()}, err
	}
	heads, err := a.Heads.At(ctx, last.Number())
	if err != nil {
		return tip{}, err
	}
	state, err := a.Store.State(ctx, *last, heads)
	if err != nil {
		return tip{}, err
	}
	if err := epoch.Check(state.Content(), epoch.ContentOf(last.Record)); err != nil {
		return tip{}, fmt.Errorf("%w: what is stored is not what epoch %d says: %w", ErrDiverged, last.Number(), err)
	}
	return tip{last, state}, nil
}

// cutNext cuts the next epoch if a stream grew, and says whether the journal had more than it takes.
func (a *Anchorer) cutNext(ctx context.Context) (more bool, err error) {
	if err := a.findTip(ctx); err != nil {
		return false, err
	}
	checkpoints, err := a.Journal.Checkpoints(ctx)
	if err != nil {
		return false, err
	}
	grown, err := a.tip.state.Growth(checkpoints)
	if err != nil {
		return false, fmt.Errorf("%w: the journal cannot follow the last epoch: %w", ErrDiverged, err)
	}
	grown, more = bounded(grown)
	if len(grown) == 0 {
		return false, nil
	}
	change, err := a.extend(ctx, grown, checkpoints)
	if err != nil {
		return false, err
	}
	next, err := a.tip.follow(change, a.Now())
	if err != nil {
		return false, err
	}
	// Whatever becomes of the transaction, the next round asks the database where things stand.
	a.tip = nil
	if err := a.Store.AddCandidate(ctx, *next.last, change, next.state.Index); err != nil {
		return false, err
	}
	a.Heads.Put(next.last.Number(), next.state.Heads)
	a.lists.Put(next.last.Number(), change.Lists)
	a.tip = &next
	a.Logger.InfoContext(ctx, "epoch cut", slog.Uint64("epoch", next.last.Number()), slog.Int("entries", change.Entries))
	return more, nil
}

// bounded returns as much growth as one epoch may take, streams in their order, and says whether there is more.
func bounded(grown []epoch.Range) (taken []epoch.Range, more bool) {
	left := uint64(epoch.MaxEntries)
	for i, r := range grown {
		if r.Len() >= left {
			more = r.Len() > left || i+1 < len(grown)
			grown[i].End = r.First + left
			return grown[:i+1], more
		}
		left -= r.Len()
	}
	return grown, false
}

// extend reads the new entries, and holds the roots that come of them against the journal's own.
func (a *Anchorer) extend(ctx context.Context, grown []epoch.Range, checkpoints []model.StreamCheckpoint) (*epoch.Change, error) {
	if a.lists == nil {
		a.lists = NewLists(a.Store)
	}
	if err := a.lists.Advance(ctx, a.tip.state.Number()); err != nil {
		return nil, err
	}
	builder := epoch.Begin(a.tip.state, a.lists.Load)
	for _, r := range grown {
		for entries, err := range a.Journal.Entries(ctx, r) {
			if err != nil {
				return nil, err
			}
			if err := builder.Add(ctx, r.Stream, entries); err != nil {
				return nil, diverged(err)
			}
		}
	}
	change, err := builder.Finish()
	if err != nil {
		return nil, diverged(err)
	}
	for _, r := range grown {
		if got := change.Next.Size(r.Stream); got != r.End {
			return nil, fmt.Errorf("anchor: %s shows entries up to %d and has %d", r.Stream, got, r.End)
		}
	}
	computed := model.EpochRecord{Streams: change.Next.Content().Streams}
	for _, c := range checkpoints {
		if got, found := computed.Checkpoint(c.Stream); found && got.Size == c.Size && got.Root != c.Root {
			return nil, fmt.Errorf("%w: the entries of %s have another root than its checkpoint of %d", ErrDiverged, c.Stream, c.Size)
		}
	}
	return change, nil
}

// diverged marks what no repetition makes right.
func diverged(err error) error {
	if errors.Is(err, epoch.ErrDamaged) || errors.Is(err, epoch.ErrInvalid) {
		return fmt.Errorf("%w: %w", ErrDiverged, err)
	}
	return err
}

// follow makes the candidate of a change and the state after it.
func (t tip) follow(change *epoch.Change, now time.Time) (tip, error) {
	var previous *model.EpochRecord
	content := change.Next.Content()
	record := model.EpochRecord{
		Number: 1, TimeUnixMilli: now.UnixMilli(), MapRoot: model.Hash(content.MapRoot), MapKeys: content.MapKeys, Streams: content.Streams,
	}
	if t.last != nil {
		previous = &t.last.Record
		record.Number, record.PreviousHash = t.last.Number()+1, t.last.Hash
		// A clock that was set back must not stop the chain; the ledger judges the difference to the transaction.
		record.TimeUnixMilli = max(record.TimeUnixMilli, previous.TimeUnixMilli)
	}
	if err := model.ValidateNextEpoch(previous, record, time.UnixMilli(record.TimeUnixMilli)); err != nil {
		return tip{}, fmt.Errorf("%w: the journal cannot follow the last epoch: %w", ErrDiverged, err)
	}
	candidate, err := newCandidate(record)
	if err != nil {
		return tip{}, err
	}
	leaf, err := record.IndexLeaf()
	if err != nil {
		return tip{}, fmt.Errorf("anchor: epoch %d: %w", record.Number, err)
	}
	state, err := change.Next.WithRecord(headproof.Hash(leaf))
	return tip{&candidate, state}, err
}
