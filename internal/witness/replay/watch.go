package replay

import (
	"context"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
)

const (
	// watchInterval is how often the newest record is asked for.
	watchInterval = time.Minute
	watchTimeout  = 10 * time.Second
)

// watch is what the follower has seen of the platform between checkpoints.
type watch struct {
	newest uint64
	// quiet is the last moment at which there was no record after those replayed.
	quiet time.Time
}

// Run asks for the newest record from time to time, until ctx ends.
func (f *Follower) Run(ctx context.Context) error {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		if err := f.look(ctx); err != nil && ctx.Err() == nil {
			f.opts.Logger.WarnContext(ctx, "newest epoch not known", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// look asks once. The moment that counts is that before the question.
func (f *Follower) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, watchTimeout)
	defer cancel()
	before, at := f.lastReplayed().state.Number(), f.opts.Now()
	newest, err := f.opts.Source.Newest(ctx)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watch.newest = newest
	if newest <= before {
		f.watch.quiet = at
	}
	return nil
}

// checkTime refuses a record that is of the future, or of a time when the platform had no such record.
func (f *Follower) checkTime(number uint64, at time.Time) error {
	now := f.opts.Now()
	if ahead := at.Sub(now); ahead > model.MaxSkew {
		return refuse(number, "its time is %s ahead of the clock here", ahead.Round(time.Second))
	}
	f.mu.Lock()
	quiet := f.watch.quiet
	f.mu.Unlock()
	if quiet.After(now) {
		quiet = now // the clock was set back
	}
	if early := quiet.Sub(at); !quiet.IsZero() && early > model.MaxSkew {
		return refuse(number, "its time is %s before a moment at which it was not there", early.Round(time.Second))
	}
	return nil
}
