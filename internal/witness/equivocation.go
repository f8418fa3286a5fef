package witness

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/pcc-platform/pcc/internal/witness/checkpoint"
	"github.com/pcc-platform/pcc/internal/witness/evidence"
	"github.com/pcc-platform/pcc/internal/witness/wire"
)

var errNoContradiction = errors.New("witness: no contradiction shown")

// Examine looks at a signed checkpoint that was seen elsewhere, such as in a proof document or with another member, for a
// contradiction with those cosigned here. It neither cosigns nor remembers it. The error is an [*EquivocationError] if
// there is one, or wraps [ErrMalformed], [ErrUnknownLog], [ErrSignature] or [ErrUnavailable]; nil means that none was found.
func (w *Witness) Examine(ctx context.Context, signed []byte) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	f, opened, err := w.identify(signed)
	if err != nil {
		return err
	}
	if err := f.begin(ctx); err != nil {
		return err
	}
	defer f.end()
	doc, err := w.contradiction(f, opened, wire.Request{})
	if errors.Is(err, errNoContradiction) {
		doc, err = w.lookUp(ctx, f, opened)
	}
	if errors.Is(err, errNoContradiction) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return w.keep(ctx, f, doc, ErrInconsistent)
}

// refuse returns the error of a checkpoint that does not extend the last one, with the evidence if it contradicts what is
// remembered. The caller has the log's turn.
func (w *Witness) refuse(ctx context.Context, f *followed, signed checkpoint.Signed, r wire.Request, refusal error) error {
	level := slog.LevelWarn
	if mayFollow(refusal, signed) {
		level = slog.LevelDebug
	}
	w.opts.Logger.Log(ctx, level, "checkpoint refused", slog.String("origin", f.Origin), slog.Uint64("size", signed.Size),
		slog.Uint64("old_size", r.OldSize), slog.Any("error", refusal))
	doc, err := w.contradiction(f, signed, r)
	if errors.Is(err, errNoContradiction) && !mayFollow(refusal, signed) {
		doc, err = w.lookUp(ctx, f, signed)
	}
	if errors.Is(err, errNoContradiction) {
		w.suspect(ctx, f, signed, refusal)
		return refusal
	}
	if err != nil {
		w.opts.Logger.ErrorContext(ctx, "cannot make evidence", slog.String("origin", f.Origin), slog.Any("error", err))
		return refusal
	}
	return w.keep(ctx, f, doc, refusal)
}

// mayFollow tells a log that does not know the last checkpoint here, and will come back with the right proof, from one
// that is worth a warning and a search.
func mayFollow(refusal error, signed checkpoint.Signed) bool {
	conflict := new(ConflictError)
	return errors.As(refusal, &conflict) && signed.Size > conflict.Size
}

// contradiction makes the evidence that a checkpoint and a remembered one are of two histories, if the roots of one size or
// the proof of the request show it. The error is errNoContradiction if not.
func (w *Witness) contradiction(f *followed, signed checkpoint.Signed, r wire.Request) ([]byte, error) {
	if same, ok := w.store.at(f.id, signed.Size); ok {
		if same.Root == signed.Root {
			return nil, errNoContradiction
		}
		known, err := f.Open(same.note)
		if err != nil {
			return nil, err
		}
		return evidence.OfSameSize(f.Log, known, signed)
	}
	if old, ok := w.store.at(f.id, r.OldSize); ok {
		root, shown := evidence.PrefixRoot(r.Proof, old.Size, signed.Size, signed.Root)
		if shown && root != old.Root {
			known, err := f.Open(old.note)
			if err != nil {
				return nil, err
			}
			return evidence.OfPrefix(f.Log, known, signed, root, r.Proof)
		}
	}
	return nil, errNoContradiction
}

// lookUp asks [Options.Prefix] how the smaller of the last checkpoint and another lies in the larger.
func (w *Witness) lookUp(ctx context.Context, f *followed, signed checkpoint.Signed) ([]byte, error) {
	last, ok := w.store.latest(f.id)
	if !ok || w.opts.Prefix == nil {
		return nil, errNoContradiction
	}
	smaller, err := f.Open(last.note)
	if err != nil {
		return nil, err
	}
	larger := signed
	if smaller.Size > larger.Size {
		smaller, larger = larger, smaller
	}
	if smaller.Size == 0 {
		return nil, errNoContradiction
	}
	root, path, err := w.opts.Prefix(ctx, larger.Checkpoint, smaller.Size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoContradiction, err)
	}
	doc, err := evidence.OfPrefix(f.Log, smaller, larger, root, path)
	if errors.Is(err, evidence.ErrRefused) {
		return nil, errNoContradiction
	}
	return doc, err
}

// keep stores evidence and returns the error that names it. It names it even if it cannot be kept: whoever sent the
// checkpoint can be shown wrong by the one that the witness serves.
func (w *Witness) keep(ctx context.Context, f *followed, doc []byte, refusal error) *EquivocationError {
	id := evidence.ID(doc)
	kept, err := w.store.keep(f.id, onEvidence, doc)
	if !kept {
		f.unkept.Add(1)
	}
	w.opts.Logger.ErrorContext(ctx, "log has signed two histories", slog.String("origin", f.Origin),
		slog.String("evidence", id), slog.Bool("kept", kept), slog.Any("error", err))
	return &EquivocationError{ID: id, Kept: kept, refusal: refusal}
}

// suspect keeps a larger checkpoint whose proof failed and that nothing shows to be of another history. Either somebody
// else than the log has sent a wrong proof, and the log comes back with the right one; or the log hides its other history,
// and this is half of the evidence.
func (w *Witness) suspect(ctx context.Context, f *followed, signed checkpoint.Signed, refusal error) {
	last, ok := w.store.latest(f.id)
	if !ok || signed.Size <= last.Size || !errors.Is(refusal, ErrInconsistent) {
		return
	}
	kept, err := w.store.keep(f.id, onUnexplained, signed.Note)
	w.opts.Logger.WarnContext(ctx, "log has signed what is not explained", slog.String("origin", f.Origin),
		slog.Uint64("size", signed.Size), slog.String("unexplained", evidence.ID(signed.Note)), slog.Bool("kept", kept),
		slog.Any("error", err))
}

// explain looks again at what was not explained, now that a checkpoint has been cosigned: of the same size it is either
// the same tree, or evidence. The caller has the log's turn.
func (w *Witness) explain(ctx context.Context, f *followed, cosigned checkpoint.Signed) {
	for _, id := range w.store.kept(f.id, onUnexplained) {
		if err := w.explainOne(ctx, f, cosigned, id); err != nil {
			w.opts.Logger.ErrorContext(ctx, "cannot look again at what was not explained", slog.String("origin", f.Origin),
				slog.String("unexplained", id), slog.Any("error", err))
		}
	}
}

func (w *Witness) explainOne(ctx context.Context, f *followed, cosigned checkpoint.Signed, id string) error {
	note, err := w.store.read(f.id, onUnexplained, id)
	if err != nil {
		return err
	}
	suspect, err := f.Open(note)
	if err != nil || suspect.Size != cosigned.Size {
		return err
	}
	if suspect.Root != cosigned.Root {
		doc, err := evidence.OfSameSize(f.Log, suspect, cosigned)
		if err != nil {
			return err
		}
		if caught := w.keep(ctx, f, doc, ErrInconsistent); !caught.Kept {
			return caught
		}
	}
	return w.store.remove(f.id, onUnexplained, id)
}
