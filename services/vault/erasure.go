package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// Receipt is what a store says that it did for an erasure.
type Receipt struct {
	// Store is "<service>/<table, stream or file>".
	Store string
	// Purged counts deleted rows, messages or keys.
	Purged int64
	// Kept says what stays and why, in words of ours.
	Kept string
	Time time.Time
}

// PurgeStore is another service that could hold copies of a vehicle's identity.
type PurgeStore interface {
	// Purge deletes them. It may be repeated.
	Purge(ctx context.Context, tag eventlist.Tag, vin VIN) ([]Receipt, error)
}

// Erasure is what was deleted for a request.
type Erasure struct {
	// RowsDeleted is false as long as the rows are there.
	RowsDeleted bool
	// Keys are the names of the keys of the deleted rows.
	Keys     []ShredKey
	Receipts []Receipt
	// Certificate is the signed one, nil until the keys are destroyed.
	Certificate []byte
}

// Erased is what a certificate says.
type Erased struct {
	Request SubjectRequest
	Erasure
}

// Erase carries out a request in steps, each of which can be repeated, so that it goes on where it was interrupted:
//
//	under way ─> receipts of the other stores ─> rows deleted, their keys' names kept ─> keys destroyed ─> certificate, completed
//
// Errors: ErrRequestNotFound, ErrRequestEnded, ErrWrongKind, ErrNotLatestHolder, ErrStoreUnavailable.
func (d *Desk) Erase(ctx context.Context, member string, id uuid.UUID, by string) (SubjectRequest, []byte, error) {
	r, done, err := d.beginErasure(ctx, member, id, by)
	if err != nil || done.Certificate != nil {
		return r, done.Certificate, err
	}
	if !done.RowsDeleted {
		if done, err = d.eraseRows(ctx, r); err != nil {
			return r, nil, err
		}
	}
	if err := d.Shredder.Destroy(ctx, done.Keys); err != nil {
		return r, nil, fmt.Errorf("vault: destroy keys: %w", err)
	}
	return d.certify(ctx, r, done)
}

// beginErasure sets the request under way, and returns what was deleted already.
func (d *Desk) beginErasure(ctx context.Context, member string, id uuid.UUID, by string) (r SubjectRequest, done Erasure, err error) {
	err = d.Store.InDeskTx(ctx, func(tx DeskTx) error {
		if r, err = tx.LockRequest(ctx, member, id); err != nil {
			return err
		}
		if done, err = tx.Erasure(ctx, id); err != nil || done.Certificate != nil {
			return err
		}
		if err := r.grantable(KindErasure); err != nil {
			return err
		}
		if !done.RowsDeleted { // then the holder is still there to compare with
			if err := d.reaches(ctx, tx, r); err != nil {
				return err
			}
		}
		r.State, r.HandledBy = StateUnderWay, by
		return tx.SaveRequest(ctx, "EraseSubject", r)
	})
	return r, done, err
}

// eraseRows collects the receipts of others, deletes the vault's rows and records both.
func (d *Desk) eraseRows(ctx context.Context, r SubjectRequest) (done Erasure, err error) {
	receipts, err := d.purgeOthers(ctx, r)
	if err != nil {
		return Erasure{}, err
	}
	err = d.Store.InDeskTx(ctx, func(tx DeskTx) error {
		if _, err := tx.LockRequest(ctx, r.Member, r.ID); err != nil {
			return err
		}
		if done, err = tx.Erasure(ctx, r.ID); err != nil || done.RowsDeleted {
			return err // another call was faster
		}
		if err := d.reaches(ctx, tx, r); err != nil {
			return err
		}
		keys, own, err := tx.EraseRows(ctx, r, d.Now())
		if err != nil {
			return err
		}
		done = Erasure{RowsDeleted: true, Keys: keys, Receipts: append(own, receipts...)}
		return tx.SaveErasure(ctx, r.ID, done)
	})
	return done, err
}

// purgeOthers asks the other services, none of which knows a holder, for an erasure of the vehicle.
func (d *Desk) purgeOthers(ctx context.Context, r SubjectRequest) (receipts []Receipt, err error) {
	if r.Scope != ScopeVehicle {
		return nil, nil
	}
	vehicles, err := d.Store.BoundVehicles(ctx, []uuid.UUID{r.Vehicle})
	if err != nil {
		return nil, err
	}
	if len(vehicles) != 1 {
		return nil, fmt.Errorf("vault: the vehicle of %s is not bound", r.Name())
	}
	vin, err := d.vinOf(ctx, r.Vehicle)
	if err != nil {
		return nil, err
	}
	for _, s := range d.Stores {
		given, err := s.Purge(ctx, vehicles[0].Tag.Public(), vin)
		if err != nil {
			return nil, ErrStoreUnavailable.Wrap(err)
		}
		receipts = append(receipts, given...)
	}
	return receipts, nil
}

// vinOf returns a vehicle's VIN, the zero one when it was erased before.
func (d *Desk) vinOf(ctx context.Context, vehicle uuid.UUID) (VIN, error) {
	sealed, err := d.Store.IdentitiesOf(ctx, []uuid.UUID{vehicle})
	if err != nil || len(sealed) == 0 {
		return VIN{}, err
	}
	plain, err := d.Sealer.Open(ctx, sealed[0].ShredKey, sealed[0].Ciphertext, identityPlace(vehicle))
	if errors.Is(err, ErrShredded) {
		return VIN{}, nil
	}
	if err != nil {
		return VIN{}, fmt.Errorf("vault: open a VIN: %w", err)
	}
	return VIN{Conceal(string(plain))}, nil
}

// certify completes the request with a signed certificate of what is gone.
func (d *Desk) certify(ctx context.Context, r SubjectRequest, done Erasure) (SubjectRequest, []byte, error) {
	now := d.Now()
	done.Receipts = append(done.Receipts, Receipt{
		Store: "vault/key tree", Purged: int64(len(done.Keys)), Time: now,
		Kept: "backups of the vault's database hold the rows sealed under these keys, which nothing opens any more",
	})
	r.end(StateCompleted, now)
	certificate, err := d.Certify(Erased{Request: r, Erasure: done})
	if err != nil {
		return r, nil, fmt.Errorf("vault: certificate: %w", err)
	}
	err = d.Store.InDeskTx(ctx, func(tx DeskTx) error {
		current, err := tx.LockRequest(ctx, r.Member, r.ID)
		if err != nil {
			return err
		}
		if current.Ended() { // another call was faster
			earlier, err := tx.Erasure(ctx, r.ID)
			r, certificate = current, earlier.Certificate
			return err
		}
		if err := tx.SaveCertificate(ctx, r.ID, certificate); err != nil {
			return err
		}
		return tx.SaveRequest(ctx, "CompleteErasure", r)
	})
	return r, certificate, err
}
