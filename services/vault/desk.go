package vault

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// Desk is where members' data-protection officers act on the requests of the holders that their members registered.
type Desk struct {
	Store    DeskStore
	Sealer   Sealer
	Shredder Shredder
	// Stores are asked to purge what they hold of a vehicle before the vault erases its own.
	Stores []PurgeStore
	// Certify signs the certificate of an erasure.
	Certify func(Erased) ([]byte, error)
	// ProofTag returns the tag of the vehicle that a proof document is about.
	ProofTag func(document []byte) (eventlist.Tag, error)
	Now      func() time.Time
}

// DeskStore keeps requests.
type DeskStore interface {
	ConsentStore
	InDeskTx(ctx context.Context, f func(DeskTx) error) error
	// Request returns a request of a member's holder, and the certificate of a completed erasure, or ErrRequestNotFound.
	Request(ctx context.Context, member string, id uuid.UUID) (SubjectRequest, []byte, error)
	// Requests returns up to limit requests of a member after a place, by due time and id.
	Requests(ctx context.Context, member string, after RequestKey, ended bool, limit int) ([]SubjectRequest, error)
	// IdentitiesOf is as in Store.
	IdentitiesOf(ctx context.Context, ids []uuid.UUID) ([]SealedVIN, error)
	// DoomedKeys returns keys that are to be destroyed; ForgetDoomedKeys forgets those that are.
	DoomedKeys(ctx context.Context, limit int) ([]ShredKey, error)
	ForgetDoomedKeys(ctx context.Context, keys []ShredKey) error
	// BoundVehicles is as in Store.
	BoundVehicles(ctx context.Context, ids []uuid.UUID) ([]Vehicle, error)
}

// RequestKey is a place in the list of requests. The zero value is before the first.
type RequestKey struct {
	DueTime time.Time
	ID      uuid.UUID
}

// DeskTx is a transaction of the desk. It leaves an audit row for each request that it adds or saves.
type DeskTx interface {
	ConsentTx
	// HeldVehicle returns the vehicle of a holder of member, or ErrHolderNotFound.
	HeldVehicle(ctx context.Context, member string, holder uuid.UUID) (uuid.UUID, error)
	// LatestHolder returns the holder of a vehicle that was registered last, uuid.Nil when there is none.
	LatestHolder(ctx context.Context, vehicle uuid.UUID) (uuid.UUID, error)
	AddRequest(ctx context.Context, r SubjectRequest) error
	// LockRequest returns a request of a member and keeps others from changing it, or ErrRequestNotFound.
	LockRequest(ctx context.Context, member string, id uuid.UUID) (SubjectRequest, error)
	// SaveRequest stores what was changed of r by action, which acted on further objects besides.
	SaveRequest(ctx context.Context, action string, r SubjectRequest, objects ...string) error
	// RequestsOfHolder returns a holder's requests, the latest first.
	RequestsOfHolder(ctx context.Context, holder uuid.UUID, limit int) ([]SubjectRequest, error)
	// Accesses returns who acted on a holder, the latest first.
	Accesses(ctx context.Context, holder uuid.UUID, limit int) ([]Access, error)
	// LockHolder returns a holder of member and keeps others from changing it, or ErrHolderNotFound.
	LockHolder(ctx context.Context, member string, id uuid.UUID) (SealedHolder, error)
	// ReplaceHolder stores an identity that is sealed anew.
	ReplaceHolder(ctx context.Context, h SealedHolder) error
	// DoomKeys has keys destroyed after the commit.
	DoomKeys(ctx context.Context, keys []ShredKey) error
	// AddRestriction restricts what r reaches, LiftRestriction ends that.
	AddRestriction(ctx context.Context, r SubjectRequest) error
	LiftRestriction(ctx context.Context, request uuid.UUID) error
	// EraseRows deletes the rows in the request's scope and returns the names of their keys, and a receipt a table.
	EraseRows(ctx context.Context, r SubjectRequest, now time.Time) ([]ShredKey, []Receipt, error)
	// SaveErasure records what was deleted. Erasure returns it, the zero one before; its certificate is set by SaveCertificate.
	SaveErasure(ctx context.Context, request uuid.UUID, e Erasure) error
	Erasure(ctx context.Context, request uuid.UUID) (Erasure, error)
	SaveCertificate(ctx context.Context, request uuid.UUID, certificate []byte) error
}

// Open records a request that came in. Errors: ErrHolderNotFound, ErrNotLatestHolder, INVALID_FIELD.
func (d *Desk) Open(ctx context.Context, tx DeskTx, r SubjectRequest) (SubjectRequest, error) {
	var err error
	if r.Vehicle, err = tx.HeldVehicle(ctx, r.Member, r.Holder); err != nil {
		return r, err
	}
	if err := d.reaches(ctx, tx, r); err != nil {
		return r, err
	}
	if err := r.begin(d.Now()); err != nil {
		return r, err
	}
	r.ID = uuid.New()
	return r, tx.AddRequest(ctx, r)
}

// reaches refuses a request that would reach the data of a person who was registered later than the one who asks.
func (d *Desk) reaches(ctx context.Context, tx DeskTx, r SubjectRequest) error {
	if r.Scope != ScopeVehicle {
		return nil
	}
	latest, err := tx.LatestHolder(ctx, r.Vehicle)
	if err != nil {
		return err
	}
	if latest != r.Holder {
		return ErrNotLatestHolder
	}
	return nil
}

// Extend gives a request two months more. Errors: ErrRequestNotFound and those of the deadline.
func (d *Desk) Extend(ctx context.Context, member string, id uuid.UUID, by, reason string) (SubjectRequest, error) {
	return d.change(ctx, "ExtendSubjectRequest", member, id, by, func(r *SubjectRequest) error { return r.extend(reason, d.Now()) })
}

// Refuse ends a request without granting it. Errors: ErrRequestNotFound, ErrRequestEnded, ErrErasureUnderWay.
func (d *Desk) Refuse(ctx context.Context, member string, id uuid.UUID, by, reason string) (SubjectRequest, error) {
	return d.change(ctx, "RefuseSubjectRequest", member, id, by, func(r *SubjectRequest) error { return r.refuse(reason, d.Now()) })
}

func (d *Desk) change(ctx context.Context, action, member string, id uuid.UUID, by string, f func(*SubjectRequest) error) (r SubjectRequest, err error) {
	err = d.Store.InDeskTx(ctx, func(tx DeskTx) error {
		if r, err = tx.LockRequest(ctx, member, id); err != nil {
			return err
		}
		if err := f(&r); err != nil {
			return err
		}
		r.HandledBy = by
		return tx.SaveRequest(ctx, action, r)
	})
	return r, err
}
