package witness

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/wire"
)

// MaxLogs bounds the logs that one witness follows.
const MaxLogs = 64

// requestTimeout bounds the examination of one checkpoint, with the wait for the one before it.
const requestTimeout = 30 * time.Second

// Options say what a witness watches, and as whom.
type Options struct {
	// Folder is the witness's memory; see the package comment. It is made if need be.
	Folder string
	// Cosigner is the witness's key.
	Cosigner *checkpoint.Cosigner
	// Logs are those it cosigns, at least one, with different origins.
	Logs []checkpoint.Log
	// Approve examines a checkpoint that is signed and consistent, before each of its cosignatures; for one log it is not
	// called at the same time twice. An error that wraps [ErrRefused] is its verdict, and its text is told to the log. Any
	// other error means that it could not tell. It ends when its context does. Nil approves of everything.
	Approve func(context.Context, checkpoint.Checkpoint) error
	// Prefix, if it is not nil, looks in what the log shows of the tree of larger for the root of its first size leaves,
	// with the consistency proof from there to larger. With it the witness finds evidence where the checkpoints alone have
	// none. It need not be believed: what it returns is verified. An error means that it does not know. It ends
	// when ctx does.
	Prefix func(ctx context.Context, larger checkpoint.Checkpoint, size uint64) (proof.Hash, []proof.Hash, error)
	// Logger is told of each cosignature, refusal and evidence.
	Logger *slog.Logger
	// Now is the clock; nil is the machine's.
	Now func() time.Time
}

// Witness cosigns the checkpoints of some logs. Its methods may be called at the same time.
type Witness struct {
	opts  Options
	store *store
	logs  map[string]*followed // by wire.LogID
}

// followed is one log under watch.
type followed struct {
	checkpoint.Log
	id string
	// turn holds one token: who has it may examine and store a checkpoint of this log.
	turn chan struct{}
	// unkept counts evidence that was found and not kept, since the start.
	unkept atomic.Uint64
}

// Open returns the witness whose memory is in a folder. It fails if another process has that folder, or if a file in it is
// damaged or of another key.
func Open(opts Options) (*Witness, error) {
	if opts.Cosigner == nil || opts.Logger == nil || len(opts.Logs) == 0 || len(opts.Logs) > MaxLogs {
		return nil, fmt.Errorf("witness: a key, a logger and 1 to %d logs are needed", MaxLogs)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	w := &Witness{opts: opts, logs: map[string]*followed{}}
	for _, log := range opts.Logs {
		id := wire.LogID(log.Origin)
		if w.logs[id] != nil {
			return nil, fmt.Errorf("witness: two logs have the origin %q", log.Origin)
		}
		w.logs[id] = &followed{Log: log, id: id, turn: make(chan struct{}, 1)}
	}
	store, err := openStore(opts.Folder, opts.Cosigner.Verifier(), opts.Logs)
	if err != nil {
		return nil, err
	}
	w.store = store
	return w, nil
}

// Close releases the folder. No method is called during it or after.
func (w *Witness) Close() error { return w.store.close() }

// Ready fails once a write was left in doubt: nothing is cosigned then until the folder is opened again.
func (w *Witness) Ready(context.Context) error { return w.store.doubt() }

// Latest returns the last cosigned checkpoint of a log, by [wire.LogID]: a signed note with the signatures of the log and
// of the witness. The error wraps [os.ErrNotExist] if there is none.
func (w *Witness) Latest(log string) ([]byte, error) {
	r, ok := w.store.latest(log)
	if !ok {
		return nil, fmt.Errorf("witness: checkpoint of %s: %w", log, os.ErrNotExist)
	}
	return r.note, nil
}

// Evidence returns a document of package evidence, by [wire.LogID] and evidence.ID. The error wraps [os.ErrNotExist] if
// there is none.
func (w *Witness) Evidence(log, id string) ([]byte, error) { return w.store.read(log, onEvidence, id) }

// Unexplained returns a signed note that its log could not, or would not, show to be of the history that is cosigned here.
// It is named as evidence is, and is none; [Witness.Examine] of somebody who has seen another history can make it one. The
// error wraps [os.ErrNotExist] if there is none.
func (w *Witness) Unexplained(log, id string) ([]byte, error) {
	return w.store.read(log, onUnexplained, id)
}

// LogStatus is what a witness says of one log. Its JSON is part of the protocol, see package wire.
type LogStatus struct {
	// Log is the [wire.LogID] of Origin.
	Log    string `json:"log"`
	Origin string `json:"origin"`
	// Size and Root are of the last checkpoint cosigned, at CosignedAt for the first time. Root is missing if there is none.
	Size       uint64     `json:"size"`
	Root       []byte     `json:"root,omitempty"`
	CosignedAt *time.Time `json:"cosigned_at,omitempty"`
	// Evidence has the IDs of the documents kept: none is as it should be.
	Evidence []string `json:"evidence"`
	// EvidenceUnkept counts findings, perhaps of the same, that could not be kept since the start.
	EvidenceUnkept uint64 `json:"evidence_unkept"`
	// Unexplained has the IDs of checkpoints that were not shown to extend the last one, nor to contradict it.
	Unexplained []string `json:"unexplained"`
}

// Status returns the state of each log, in the order of [Options].
func (w *Witness) Status() []LogStatus {
	out := make([]LogStatus, 0, len(w.opts.Logs))
	for _, log := range w.opts.Logs {
		f := w.logs[wire.LogID(log.Origin)]
		s := LogStatus{
			Log: f.id, Origin: f.Origin, EvidenceUnkept: f.unkept.Load(),
			Evidence:    append([]string{}, w.store.kept(f.id, onEvidence)...),
			Unexplained: append([]string{}, w.store.kept(f.id, onUnexplained)...),
		}
		if r, ok := w.store.latest(f.id); ok {
			at := r.cosignature.Time.UTC()
			s.Size, s.Root, s.CosignedAt = r.Size, r.Root[:], &at
		}
		out = append(out, s)
	}
	return out
}

// identify finds the log that a note claims to be of, and verifies that it is.
func (w *Witness) identify(signed []byte) (*followed, checkpoint.Signed, error) {
	claimed, err := checkpoint.Unverified(signed)
	if err != nil {
		return nil, checkpoint.Signed{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	f := w.logs[wire.LogID(claimed.Origin)]
	if f == nil {
		return nil, checkpoint.Signed{}, fmt.Errorf("%w: %q", ErrUnknownLog, claimed.Origin)
	}
	opened, err := f.Open(signed)
	switch {
	case errors.Is(err, checkpoint.ErrSignature):
		return nil, checkpoint.Signed{}, fmt.Errorf("%w: %w", ErrSignature, err)
	case err != nil:
		return nil, checkpoint.Signed{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return f, opened, nil
}

// begin waits for the log's turn. The error wraps [ErrUnavailable].
func (f *followed) begin(ctx context.Context) error {
	select {
	case f.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: another checkpoint is being examined: %w", ErrUnavailable, ctx.Err())
	}
}

func (f *followed) end() { <-f.turn }
