package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"time"
)

const (
	// transferLife is how long the buyer has to accept.
	transferLife = 14 * 24 * time.Hour
	// maxAttempts bounds the codes tried on one transfer.
	maxAttempts = 5
)

// OwnershipPeriod is the time between two changes of holder.
type OwnershipPeriod struct {
	// Number is 1 for the first holder.
	Number int
	Start  time.Time
	// End is zero while the period runs.
	End time.Time
}

// Ownership is a passport's present ownership period, as other services need to know it.
type Ownership struct {
	// Vehicle is the UUID of the vault's handle.
	Vehicle string
	// Period is the number of the period.
	Period int
	// Steward is the id of the member that serves the holder: the one that enrolled the vehicle or accepted it for the buyer.
	Steward string
}

// TransferState says how far a change of holder is.
type TransferState string

// The states of a transfer. A transfer that is out of time or out of attempts is Expired as soon as another is proposed.
const (
	TransferProposed TransferState = "proposed"
	TransferAccepted TransferState = "accepted"
	TransferExpired  TransferState = "expired"
)

// Transfer is a change of holder on its way.
type Transfer struct {
	ID, Passport string
	State        TransferState
	// CodeHash is the SHA-256 of the acceptance code, which the platform does not keep.
	CodeHash []byte
	// Attempts counts the codes tried.
	Attempts int
	// ProposedBy and AcceptedBy are ids of members; AcceptedBy is empty until then.
	ProposedBy, AcceptedBy string
	CreateTime, ExpireTime time.Time
}

// Name is the resource name of the transfer.
func (t Transfer) Name() string { return "passports/" + t.Passport + "/ownershipTransfers/" + t.ID }

// open reports whether the transfer can still be accepted by somebody.
func (t Transfer) open(now time.Time) bool {
	return t.State == TransferProposed && now.Before(t.ExpireTime) && t.Attempts < maxAttempts
}

// OwnershipTx is what a change of holder needs of a transaction.
type OwnershipTx interface {
	Auditor
	LockPassport(ctx context.Context, id string) (Passport, error)
	SaveRevision(ctx context.Context, p Passport, by string) error
	// ProposedTransfer returns the proposed transfer of a passport, or ErrTransferNotFound.
	ProposedTransfer(ctx context.Context, passport string) (Transfer, error)
	// AddTransfer stores a new transfer and returns its id.
	AddTransfer(ctx context.Context, t Transfer) (id string, err error)
	// LockTransfer returns the transfer of that passport and keeps others from changing it; or ErrTransferNotFound.
	LockTransfer(ctx context.Context, passport, id string) (Transfer, error)
	SaveTransfer(ctx context.Context, t Transfer) error
	// StartPeriod ends the running ownership period of p at its update time and starts the one that p counts.
	StartPeriod(ctx context.Context, p Passport) error
	// RecordOwnershipChange records in the journal that an accepted transfer has started the period that p counts.
	RecordOwnershipChange(ctx context.Context, p Passport, t Transfer) error
}

// ProposeTransfer opens a change of holder and returns it with its one-time acceptance code of 128 random bits.
// Errors: ErrPassportNotFound, ErrStepNotAllowed, ErrTransferPending.
func (s *Service) ProposeTransfer(ctx context.Context, tx OwnershipTx, passport, member string) (Transfer, string, error) {
	p, err := tx.LockPassport(ctx, passport)
	if err != nil {
		return Transfer{}, "", err
	}
	if !p.LifeCycle.transferable() {
		return Transfer{}, "", ErrStepNotAllowed
	}
	now := s.now()
	if err := clearWay(ctx, tx, passport, now); err != nil {
		return Transfer{}, "", err
	}
	code := rand.Text()
	t := Transfer{
		Passport: passport, State: TransferProposed, CodeHash: hashCode(code), ProposedBy: member,
		CreateTime: now, ExpireTime: now.Add(transferLife),
	}
	if t.ID, err = tx.AddTransfer(ctx, t); err != nil {
		return Transfer{}, "", err
	}
	return t, code, tx.Audit(ctx, "ProposeOwnershipTransfer", t.Name())
}

// clearWay ends a proposed transfer that nobody can accept any more, and refuses when one can.
func clearWay(ctx context.Context, tx OwnershipTx, passport string, now time.Time) error {
	before, err := tx.ProposedTransfer(ctx, passport)
	switch {
	case ErrTransferNotFound.Is(err):
		return nil
	case err != nil:
		return err
	case before.open(now):
		return ErrTransferPending
	}
	before.State = TransferExpired
	return tx.SaveTransfer(ctx, before)
}

// SpendAttempt counts a try of a code before the code is looked at, and reports whether one was left. It belongs in a
// transaction of its own: the refusal of a wrong code rolls back what came with it, and the count must stay.
func (s *Service) SpendAttempt(ctx context.Context, tx OwnershipTx, passport, transfer string) (bool, error) {
	t, err := tx.LockTransfer(ctx, passport, transfer)
	if err != nil || !t.open(s.now()) {
		return false, err
	}
	t.Attempts++
	return true, tx.SaveTransfer(ctx, t)
}

// Acceptance is the buyer's side of a change of holder.
type Acceptance struct {
	Passport, Transfer string
	Code               string
	// Member is the id of the member that accepts for the buyer.
	Member string
	// Attempt is the answer of SpendAttempt.
	Attempt bool
}

// AcceptTransfer completes a change of holder and starts the next ownership period.
// Errors: ErrTransferNotFound, ErrTransferExpired, ErrTransferLocked, ErrTransferCodeWrong, ErrStepNotAllowed.
func (s *Service) AcceptTransfer(ctx context.Context, tx OwnershipTx, a Acceptance) (Transfer, error) {
	p, err := tx.LockPassport(ctx, a.Passport)
	if ErrPassportNotFound.Is(err) {
		return Transfer{}, ErrTransferNotFound
	}
	if err != nil {
		return Transfer{}, err
	}
	t, err := tx.LockTransfer(ctx, a.Passport, a.Transfer)
	if err != nil {
		return Transfer{}, err
	}
	now := s.now()
	if err := t.admits(a, now); err != nil {
		return Transfer{}, err
	}
	if !p.LifeCycle.transferable() {
		return Transfer{}, ErrStepNotAllowed
	}
	t.State, t.AcceptedBy = TransferAccepted, a.Member
	if err := tx.SaveTransfer(ctx, t); err != nil {
		return Transfer{}, err
	}
	p = p.next(now)
	p.OwnershipPeriods++
	if err := tx.SaveRevision(ctx, p, a.Member); err != nil {
		return Transfer{}, err
	}
	if err := tx.StartPeriod(ctx, p); err != nil {
		return Transfer{}, err
	}
	if err := tx.Audit(ctx, "AcceptOwnershipTransfer", t.Name()); err != nil {
		return Transfer{}, err
	}
	return t, tx.RecordOwnershipChange(ctx, p, t)
}

// admits returns nil when the acceptance may complete the transfer at the time now.
func (t Transfer) admits(a Acceptance, now time.Time) error {
	switch {
	case t.State == TransferExpired || t.State == TransferProposed && !now.Before(t.ExpireTime):
		return ErrTransferExpired
	case t.State != TransferProposed:
		return ErrTransferNotFound
	case !a.Attempt:
		return ErrTransferLocked
	case subtle.ConstantTimeCompare(hashCode(a.Code), t.CodeHash) != 1:
		return ErrTransferCodeWrong
	}
	return nil
}

// hashCode takes a code as people type it: in any case, with spaces or dashes.
func hashCode(code string) []byte {
	sum := sha256.Sum256([]byte(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(code))))
	return sum[:]
}
