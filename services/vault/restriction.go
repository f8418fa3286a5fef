package vault

import (
	"context"

	"github.com/google/uuid"
)

// Restrict grants a request for restriction, or an objection: what it reaches is stored and not processed until it is lifted. Errors:
// ErrRequestNotFound, ErrRequestEnded, ErrWrongKind, ErrNotLatestHolder.
func (d *Desk) Restrict(ctx context.Context, member string, id uuid.UUID, by string) (r SubjectRequest, err error) {
	err = d.Store.InDeskTx(ctx, func(tx DeskTx) error {
		if r, err = tx.LockRequest(ctx, member, id); err != nil {
			return err
		}
		if r.Kind != KindObjection {
			if err := r.grantable(KindRestriction); err != nil {
				return err
			}
		} else if r.Ended() {
			return ErrRequestEnded
		}
		if err := d.reaches(ctx, tx, r); err != nil {
			return err
		}
		if err := tx.AddRestriction(ctx, r); err != nil {
			return err
		}
		r.HandledBy = by
		r.end(StateCompleted, d.Now())
		return tx.SaveRequest(ctx, "RestrictSubject", r)
	})
	return r, err
}

// Lift ends the restriction that a request brought about. Error: ErrRequestNotFound.
func (d *Desk) Lift(ctx context.Context, member string, id uuid.UUID, by string) (r SubjectRequest, err error) {
	err = d.Store.InDeskTx(ctx, func(tx DeskTx) error {
		if r, err = tx.LockRequest(ctx, member, id); err != nil {
			return err
		}
		if err := tx.LiftRestriction(ctx, id); err != nil {
			return err
		}
		r.HandledBy = by
		return tx.SaveRequest(ctx, "LiftRestriction", r)
	})
	return r, err
}
