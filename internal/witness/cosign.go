package witness

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/wire"
)

// AddCheckpoint is the call of c2sp.org/tlog-witness: it examines a checkpoint, remembers it and cosigns it. The same one
// may be sent any number of times; each time it is cosigned anew. The error wraps one of [ErrMalformed], [ErrUnknownLog],
// [ErrSignature], [ErrInconsistent], [ErrRefused] and [ErrUnavailable], or is a [*ConflictError], and may be inside an
// [*EquivocationError].
func (w *Witness) AddCheckpoint(ctx context.Context, r wire.Request) (checkpoint.Cosignature, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	f, signed, err := w.identify(r.Note)
	if err != nil {
		return checkpoint.Cosignature{}, err
	}
	if err := f.begin(ctx); err != nil {
		return checkpoint.Cosignature{}, err
	}
	defer f.end()
	last, _ := w.store.latest(f.id)
	if err := extends(last.Checkpoint, signed.Checkpoint, r); err != nil {
		return checkpoint.Cosignature{}, w.refuse(ctx, f, signed, r, err)
	}
	if err := w.approve(ctx, signed.Checkpoint); err != nil {
		w.opts.Logger.WarnContext(ctx, "checkpoint not approved", slog.String("origin", f.Origin),
			slog.Uint64("size", signed.Size), slog.Any("error", err))
		return checkpoint.Cosignature{}, err
	}
	cosignature, err := w.cosign(f, signed)
	if err != nil {
		w.opts.Logger.ErrorContext(ctx, "cannot cosign", slog.String("origin", f.Origin), slog.Any("error", err))
		return checkpoint.Cosignature{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	w.explain(ctx, f, signed)
	w.opts.Logger.InfoContext(ctx, "checkpoint cosigned", slog.String("origin", f.Origin), slog.Uint64("size", signed.Size))
	return cosignature, nil
}

// extends checks that a request leads from the last checkpoint, which is the zero one if there is none, to a new one.
func extends(last, next checkpoint.Checkpoint, r wire.Request) error {
	switch {
	case r.OldSize > next.Size:
		return fmt.Errorf("%w: the old size %d is above the new %d", ErrMalformed, r.OldSize, next.Size)
	case r.OldSize != last.Size:
		return &ConflictError{Size: last.Size}
	case next.Size == 0 && next.Root != checkpoint.EmptyRoot():
		return fmt.Errorf("%w: a tree without leaves has another root", ErrInconsistent)
	case r.OldSize == 0 && len(r.Proof) > 0:
		return fmt.Errorf("%w: from size 0 the proof is empty", ErrInconsistent)
	case r.OldSize == 0:
		return nil
	}
	if err := proof.VerifyConsistency(r.Proof, last.Size, next.Size, last.Root, next.Root); err != nil {
		return fmt.Errorf("%w: %w", ErrInconsistent, err)
	}
	return nil
}

// approve asks the examination. What is no verdict of it is no reason to say that the log is wrong.
func (w *Witness) approve(ctx context.Context, c checkpoint.Checkpoint) error {
	if w.opts.Approve == nil {
		return nil
	}
	err := w.opts.Approve(ctx, c)
	if err == nil || errors.Is(err, ErrRefused) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// cosign remembers a checkpoint, unless its size is, and returns the cosignature. The caller has the log's turn.
func (w *Witness) cosign(f *followed, signed checkpoint.Signed) (checkpoint.Cosignature, error) {
	cosignature, err := w.opts.Cosigner.Cosign(signed.Text, w.opts.Now())
	if err != nil {
		return checkpoint.Cosignature{}, err
	}
	if last, ok := w.store.latest(f.id); ok && last.Size == signed.Size {
		return cosignature, nil
	}
	err = w.store.put(f.id, record{
		Checkpoint:  signed.Checkpoint,
		note:        append([]byte(nil), string(signed.Note)+cosignature.Line...),
		cosignature: cosignature,
	})
	if err != nil {
		return checkpoint.Cosignature{}, err
	}
	return cosignature, nil
}
