package trustee

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// MaxKeys bounds the keys of one purpose that there are at the same time.
const MaxKeys = 16

// Watch looks at the ledger until the context ends: makes the keys that are proposed, takes shares into use, and records answers.
// A failure is logged, and tried again.
func (t *Trustee) Watch(ctx context.Context) error {
	ticker := time.NewTicker(t.Poll)
	defer ticker.Stop()
	for {
		for _, purpose := range access.KeyPurposes() {
			if err := t.lookAtKeys(ctx, purpose); err != nil && ctx.Err() == nil {
				t.Logger.WarnContext(ctx, "keys", slog.String("purpose", string(purpose)), slog.Any("error", err))
			}
		}
		if err := t.tellAnswers(ctx); err != nil && ctx.Err() == nil {
			t.Logger.WarnContext(ctx, "answers are not recorded", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// lookAtKeys goes through the keys of a purpose, which are numbered from 1 without gaps.
func (t *Trustee) lookAtKeys(ctx context.Context, purpose access.KeyPurpose) error {
	for number := uint64(1); number <= MaxKeys; number++ {
		more, err := t.lookAtKey(ctx, purpose, number)
		if err != nil {
			return fmt.Errorf("trustee: key %d: %w", number, err)
		}
		if !more {
			return nil
		}
	}
	return nil
}

func (t *Trustee) lookAtKey(ctx context.Context, purpose access.KeyPurpose, number uint64) (more bool, err error) {
	current, err := optional(t.Ledger.KeySet(ctx, purpose, number))
	if err != nil {
		return false, err
	}
	proposal, err := optional(t.Ledger.Proposal(ctx, purpose, number))
	if err != nil {
		return false, err
	}
	if current != nil {
		if err := t.adopt(ctx, *current); err != nil {
			return false, err
		}
	}
	if proposal != nil && (current == nil || proposal.Epoch == current.Epoch+1) {
		if err := t.makeKey(ctx, *proposal, current); err != nil {
			return false, err
		}
	}
	return current != nil || proposal != nil, nil
}

// adopt takes a pending share into use when the ledger has its set, and drops shares that a later set has made worthless.
func (t *Trustee) adopt(ctx context.Context, current access.KeySet) error {
	pending, err := t.Store.share(ctx, sharePending, current.Purpose, current.KeyNumber)
	if err != nil {
		return err
	}
	if pending != nil && same(pending.set, current) {
		t.Logger.InfoContext(ctx, "a share is in use", slog.String("purpose", string(current.Purpose)),
			slog.Uint64("key", current.KeyNumber), slog.Uint64("epoch", current.Epoch))
		return t.Store.activate(ctx, *pending)
	}
	used, err := t.Store.share(ctx, shareInUse, current.Purpose, current.KeyNumber)
	if err != nil || used == nil || used.set.Epoch >= current.Epoch {
		return err
	}
	return t.Store.forget(shareInUse, current.Purpose, current.KeyNumber)
}

func same(a, b access.KeySet) bool {
	x, err := a.Hash()
	if err != nil {
		return false
	}
	y, err := b.Hash()
	return err == nil && x == y
}

// tellAnswers records what is queued, one transaction's worth.
func (t *Trustee) tellAnswers(ctx context.Context) error {
	if err := t.Store.prune(t.Clock()); err != nil {
		return err
	}
	lines, err := t.Store.queued()
	if err != nil || len(lines) == 0 {
		return err
	}
	answers := access.Answers{Trustee: t.ID, Lines: lines}
	digest, err := answers.Hash()
	if err != nil {
		return err
	}
	if err := t.Ledger.RecordAnswers(ctx, answers, t.keys.Sign(digest)); err != nil {
		return err
	}
	return t.Store.recorded(lines)
}

// optional makes nil of what is not on the ledger.
func optional[T any](v T, err error) (*T, error) {
	if errors.Is(err, ErrNotOnLedger) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &v, nil
}
