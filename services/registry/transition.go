package registry

import "context"

// LifeCycleTx is what a step of a life cycle needs of a transaction.
type LifeCycleTx interface {
	Auditor
	MemberClass(ctx context.Context, member string) (MemberClass, error)
	// LockPassport returns the passport and keeps others from changing it until the end; or ErrPassportNotFound.
	LockPassport(ctx context.Context, id string) (Passport, error)
	// SaveRevision stores the passport's next revision. by is the member that made it.
	SaveRevision(ctx context.Context, p Passport, by string) error
	AddTransition(ctx context.Context, passport string, t Transition) error
	PublishTransitioned(ctx context.Context, p Passport, t Transition) error
	// RecordTransition records the step in the journal.
	RecordTransition(ctx context.Context, p Passport, t Transition) error
}

// StepRequest asks for one step of a life cycle.
type StepRequest struct {
	Passport string
	To       LifeCycle
	Reason   string
	// Member is the id of the member that asks.
	Member string
	// ETag is that of the passport as the caller read it; empty when any will do.
	ETag string
}

// Transition makes one step. Errors: ErrPassportNotFound, ErrETagMismatch, ErrStepNotAllowed, ErrStepNotYours.
func (s *Service) Transition(ctx context.Context, tx LifeCycleTx, r StepRequest) (Passport, error) {
	class, err := tx.MemberClass(ctx, r.Member)
	if err != nil {
		return Passport{}, err
	}
	p, err := tx.LockPassport(ctx, r.Passport)
	if err != nil {
		return Passport{}, err
	}
	if r.ETag != "" && r.ETag != p.ETag() {
		return Passport{}, ErrETagMismatch
	}
	if err := checkStep(p.LifeCycle, r.To, class); err != nil {
		return Passport{}, err
	}
	t := Transition{From: p.LifeCycle, To: r.To, Member: r.Member, Reason: r.Reason, Time: s.now()}
	p = p.next(t.Time)
	p.LifeCycle, t.Revision = r.To, p.Revision
	if err := tx.SaveRevision(ctx, p, r.Member); err != nil {
		return Passport{}, err
	}
	if err := tx.AddTransition(ctx, p.ID, t); err != nil {
		return Passport{}, err
	}
	if err := tx.PublishTransitioned(ctx, p, t); err != nil {
		return Passport{}, err
	}
	if err := tx.Audit(ctx, "TransitionPassport", p.Name()); err != nil {
		return Passport{}, err
	}
	return p, tx.RecordTransition(ctx, p, t)
}
