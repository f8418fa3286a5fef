package vault

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// doomedPage bounds the keys that are destroyed at once.
const doomedPage = 1000

// Rectify puts a holder's identity right, seals it under a new key and dooms the old one; corrections are the names of events that correct
// others, for the audit. Either is enough. Errors: ErrRequestNotFound, ErrRequestEnded, ErrWrongKind, ErrHolderNotFound, INVALID_FIELD.
func (d *Desk) Rectify(ctx context.Context, member string, id uuid.UUID, by string, identity *Identity, corrections []string) (r SubjectRequest, err error) {
	if identity == nil && len(corrections) == 0 {
		return r, apperr.InvalidField("identity", "neither an identity nor corrections of events")
	}
	err = d.Store.InDeskTx(ctx, func(tx DeskTx) error {
		if r, err = tx.LockRequest(ctx, member, id); err != nil {
			return err
		}
		if err := r.grantable(KindRectification); err != nil {
			return err
		}
		if identity != nil {
			if err := d.replaceIdentity(ctx, tx, r, *identity); err != nil {
				return err
			}
		}
		r.HandledBy = by
		r.end(StateCompleted, d.Now())
		return tx.SaveRequest(ctx, "RectifySubject", r, corrections...)
	})
	if err != nil {
		return r, err
	}
	return r, d.DestroyDoomed(ctx)
}

func (d *Desk) replaceIdentity(ctx context.Context, tx DeskTx, r SubjectRequest, identity Identity) error {
	h, err := tx.LockHolder(ctx, r.Member, r.Holder)
	if err != nil {
		return err
	}
	old := h.ShredKey
	h.ShredKey = uuid.New()
	if err := h.seal(ctx, d.Sealer, identity); err != nil {
		return err
	}
	if err := tx.ReplaceHolder(ctx, h); err != nil {
		return err
	}
	return tx.DoomKeys(ctx, []ShredKey{old})
}

// DestroyDoomed destroys the keys that committed transactions have left without use. It is repeated from time to time, for those that a
// crash has kept.
func (d *Desk) DestroyDoomed(ctx context.Context) error {
	for {
		doomed, err := d.Store.DoomedKeys(ctx, doomedPage)
		if err != nil || len(doomed) == 0 {
			return err
		}
		if err := d.Shredder.Destroy(ctx, doomed); err != nil {
			return fmt.Errorf("vault: destroy keys: %w", err)
		}
		if err := d.Store.ForgetDoomedKeys(ctx, doomed); err != nil {
			return err
		}
	}
}
