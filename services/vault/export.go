package vault

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// maxAccesses and maxListed bound what an export lists of one holder; more than any holder had.
const (
	maxAccesses = 10_000
	maxListed   = 1000
)

// Portrait is all that the vault holds of a holder.
type Portrait struct {
	Request SubjectRequest
	Holder  Holder
	Tag     eventlist.Tag
	VIN     VIN
	// Requests are all that the holder made of the member.
	Requests []SubjectRequest
	// Accesses say who read or changed the holder, the latest first.
	Accesses []Access
	// Consents are the holder's, the latest first.
	Consents []Consent
	// Proof is a proof document of the vehicle's passport, nil without one.
	Proof []byte
	Time  time.Time
}

// Access is one time that somebody acted on a holder.
type Access struct {
	By, Action string
	Time       time.Time
}

// Export answers a request for access, and completes it. Errors: ErrRequestNotFound, ErrRequestEnded, ErrWrongKind, ErrHolderNotFound,
// ErrProofOfAnother.
func (d *Desk) Export(ctx context.Context, member string, id uuid.UUID, by string, proof []byte) (p Portrait, err error) {
	err = d.Store.InDeskTx(ctx, func(tx DeskTx) error {
		if p.Request, err = tx.LockRequest(ctx, member, id); err != nil {
			return err
		}
		switch {
		case p.Request.Kind != KindAccess:
			return ErrWrongKind
		case p.Request.State == StateRefused:
			return ErrRequestEnded
		}
		if err := d.portray(ctx, tx, &p); err != nil {
			return err
		}
		if p.Proof = proof; proof != nil {
			if tag, err := d.ProofTag(proof); err != nil || tag != p.Tag {
				return ErrProofOfAnother
			}
		}
		p.Request.HandledBy = by
		if !p.Request.Ended() {
			p.Request.end(StateCompleted, p.Time)
		}
		return tx.SaveRequest(ctx, "ExportSubject", p.Request, "holders/"+p.Request.Holder.String())
	})
	return p, err
}

// portray reads what is held.
func (d *Desk) portray(ctx context.Context, tx DeskTx, p *Portrait) error {
	sealed, err := tx.LockHolder(ctx, p.Request.Member, p.Request.Holder)
	if err != nil {
		return err
	}
	if p.Holder, err = sealed.open(ctx, d.Sealer); err != nil {
		return err
	}
	vehicles, err := d.Store.BoundVehicles(ctx, []uuid.UUID{sealed.Vehicle})
	if err != nil {
		return err
	}
	for _, v := range vehicles {
		p.Tag = v.Tag.Public()
	}
	if p.VIN, err = d.vinOf(ctx, sealed.Vehicle); err != nil {
		return err
	}
	if p.Requests, err = tx.RequestsOfHolder(ctx, p.Request.Holder, maxListed); err != nil {
		return err
	}
	sealedConsents, err := d.Store.Consents(ctx, p.Request.Member, p.Request.Holder, maxListed)
	if err != nil {
		return err
	}
	for _, s := range sealedConsents {
		c, err := s.open(ctx, d.Sealer)
		if err != nil {
			return err
		}
		p.Consents = append(p.Consents, c)
	}
	p.Time = d.Now()
	p.Accesses, err = tx.Accesses(ctx, p.Request.Holder, maxAccesses)
	return err
}
