package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/witness"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
)

// Options say what to follow.
type Options struct {
	// File is the follower's state; it is made if need be.
	File string
	// Origin names the index log.
	Origin string
	Source Source
	// Logger is told of each epoch.
	Logger *slog.Logger
	// Now is the clock; nil is the machine's.
	Now func() time.Time
}

// Follower replays epochs. Its methods may be called at the same time.
type Follower struct {
	opts  Options
	store *store
	// life ends with the follower; what runs in it is counted by running.
	life    context.Context // work outlives the request that asked for it
	end     context.CancelFunc
	running sync.WaitGroup

	mu sync.Mutex
	// current is the examination under way, or the last one.
	current *examination
	last    replayed
	watch   watch
}

// replayed is what is known after an epoch.
type replayed struct {
	state epoch.State
	// record is the epoch's, empty before the first.
	record string
}

// Open returns the follower whose state is in a file. It takes the time to read all lists. The error wraps [ErrDamaged] if the
// file is not of this log or not as it was written.
func Open(opts Options) (*Follower, error) {
	if opts.Source == nil || opts.Logger == nil {
		return nil, errors.New("replay: a source and a logger are needed")
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	store, err := openStore(opts.File, opts.Origin)
	if err != nil {
		return nil, err
	}
	last, err := store.load()
	if err != nil {
		return nil, errors.Join(err, store.close())
	}
	f := &Follower{opts: opts, store: store, last: last}
	f.life, f.end = context.WithCancel(context.Background())
	return f, nil
}

// Close gives up what is under way and releases the file. No method is called during it or after.
func (f *Follower) Close() error {
	f.end()
	f.running.Wait()
	return f.store.close()
}

// Ready fails once an epoch was left half written: nothing is approved then until the file is opened again.
func (f *Follower) Ready(context.Context) error { return f.store.doubt() }

// Status is how far a follower is.
type Status struct {
	// Epoch is the last one replayed; Newest the newest that the platform was seen to have.
	Epoch, Newest uint64
	// Lists is the number of keys of the map.
	Lists int
	// AsOf is when the platform last had no epoch after those replayed; zero if that was not seen.
	AsOf time.Time
}

// Status returns how far the follower is.
func (f *Follower) Status() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	number := f.last.state.Number()
	return Status{Epoch: number, Newest: max(number, f.watch.newest), Lists: f.last.state.Heads.Len(), AsOf: f.watch.quiet}
}

// lastReplayed is where the follower stands. One examination at a time moves it.
func (f *Follower) lastReplayed() replayed {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// examination is the work on one checkpoint. err may be read once done is closed.
type examination struct {
	of   checkpoint.Checkpoint
	done chan struct{}
	err  error
}

// Approve examines a checkpoint of the index log that the log has signed: it is what witness.Options calls. It replays the
// epochs up to the checkpoint that were not yet. What takes longer than ctx goes on, and the next call finds it done or
// waits for it.
func (f *Follower) Approve(ctx context.Context, c checkpoint.Checkpoint) error {
	for {
		e, err := f.examine(c)
		if err != nil {
			return err
		}
		select {
		case <-e.done:
			if e.of.Size == c.Size && e.of.Root == c.Root {
				return e.err
			}
		case <-ctx.Done():
			return fmt.Errorf("replay: epochs up to %d are not replayed yet: %w", e.of.Size, ctx.Err())
		}
	}
}

// examine starts the examination of a checkpoint, or returns the one that is under way.
func (f *Follower) examine(c checkpoint.Checkpoint) (*examination, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.life.Err() != nil {
		return nil, errClosed
	}
	if f.current != nil {
		select {
		case <-f.current.done:
		default:
			return f.current, nil
		}
	}
	e := &examination{of: c, done: make(chan struct{})}
	f.current = e
	f.running.Go(func() {
		e.err = f.follow(f.life, c)
		close(e.done)
		f.report(e)
	})
	return e, nil
}

func (f *Follower) report(e *examination) {
	if e.err != nil && !errors.Is(e.err, witness.ErrRefused) {
		f.opts.Logger.WarnContext(f.life, "epochs not replayed", slog.Uint64("size", e.of.Size), slog.Any("error", e.err))
	}
}
