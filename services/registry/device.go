package registry

import (
	"context"
	"time"
)

const (
	// maxDeviceTokens bounds the passwords that hold for one passport and member. Calls at the same moment may pass it by as many.
	maxDeviceTokens = 100
	// maxRevoked bounds what is read of a member's withdrawn tokens. The broker refuses fewer.
	maxRevoked = 10_000
)

// DeviceToken is the record of the password of a passport's device. The password is not kept.
type DeviceToken struct {
	// ID names its user at the broker.
	ID string
	// Member and Passport are the ids of what it speaks for.
	Member, Passport string
	DisplayName      string
	// IssuedBy is the principal that had it issued, "<member>/<principal>".
	IssuedBy              string
	IssueTime, ExpireTime time.Time
	// RevokedBy is empty, and RevokeTime nil, unless it was withdrawn.
	RevokedBy  string
	RevokeTime *time.Time
}

// Name is the resource name.
func (t DeviceToken) Name() string { return "passports/" + t.Passport + "/deviceTokens/" + t.ID }

// Key is the place of t in lists.
func (t DeviceToken) Key() DeviceTokenKey { return DeviceTokenKey{Time: t.IssueTime, ID: t.ID} }

// DeviceTokenKey is a place in a list that the latest leads. The zero value is before the first.
type DeviceTokenKey struct {
	Time time.Time
	ID   string
}

// DeviceTokenFilter says which of a member's tokens a list has.
type DeviceTokenFilter struct {
	Member string
	// Passport is an id, or empty for all.
	Passport string
	// ValidAt, unless zero, leaves out those that did not hold then.
	ValidAt time.Time
}

// DeviceTokenTx is what issuing and withdrawing needs of a transaction.
type DeviceTokenTx interface {
	Auditor
	// ValidDeviceTokens counts the tokens of a member for a passport that hold at a time.
	ValidDeviceTokens(ctx context.Context, member, passport string, at time.Time) (int, error)
	AddDeviceToken(ctx context.Context, t DeviceToken) error
	// LockMember keeps others from withdrawing tokens of the member.
	LockMember(ctx context.Context, member string) error
	// DeviceToken returns a token of a member for a passport, or ErrTokenNotFound.
	DeviceToken(ctx context.Context, member, passport, id string) (DeviceToken, error)
	SaveRevocation(ctx context.Context, t DeviceToken) error
	// RevokedDeviceTokens returns at most limit of a member's withdrawn tokens that expire after a time: when, by id.
	RevokedDeviceTokens(ctx context.Context, member string, after time.Time, limit int) (map[string]time.Time, error)
}

// DeviceAccounts lets devices into the members' accounts at the broker, and turns them away.
type DeviceAccounts interface {
	// DeviceToken makes the password of the device of t's passport, good for a time from t.IssueTime on. It returns t with its
	// id and the end of that time.
	DeviceToken(t DeviceToken, lifetime time.Duration) (DeviceToken, string, error)
	// Revoke has the broker refuse tokens of a member, given by their ids with the times when they expire. Those of earlier calls
	// stay refused. It returns once the broker does. Errors: ErrTooManyRevoked, ErrBrokerUnavailable.
	Revoke(ctx context.Context, member string, expires map[string]time.Time) error
}

// IssueDeviceToken issues a password and keeps its record; t says for whom, by whom and how it is called.
// Errors: ErrTooManyTokens.
func (s *Service) IssueDeviceToken(ctx context.Context, tx DeviceTokenTx, accounts DeviceAccounts, t DeviceToken, lifetime time.Duration) (DeviceToken, string, error) {
	t.IssueTime = s.now()
	n, err := tx.ValidDeviceTokens(ctx, t.Member, t.Passport, t.IssueTime)
	if err != nil {
		return DeviceToken{}, "", err
	}
	if n >= maxDeviceTokens {
		return DeviceToken{}, "", ErrTooManyTokens
	}
	t, password, err := accounts.DeviceToken(t, lifetime)
	if err != nil {
		return DeviceToken{}, "", err
	}
	if err := tx.AddDeviceToken(ctx, t); err != nil {
		return DeviceToken{}, "", err
	}
	return t, password, tx.Audit(ctx, "IssueDeviceToken", t.Name())
}

// RevokeDeviceToken withdraws the token that t names by its member, passport and id, in the name of t.RevokedBy. The broker is
// told before the transaction commits, so that what is recorded is true; when it does not commit, the caller has an error and
// the token may be refused already. One that was withdrawn before is withdrawn again: the broker may have lost it.
// Errors: ErrTokenNotFound, ErrTooManyRevoked, ErrBrokerUnavailable.
func (s *Service) RevokeDeviceToken(ctx context.Context, tx DeviceTokenTx, accounts DeviceAccounts, t DeviceToken) (DeviceToken, error) {
	if err := tx.LockMember(ctx, t.Member); err != nil {
		return DeviceToken{}, err
	}
	kept, err := tx.DeviceToken(ctx, t.Member, t.Passport, t.ID)
	now := s.now()
	if err != nil || !now.Before(kept.ExpireTime) {
		return kept, err
	}
	if kept.RevokeTime == nil {
		kept.RevokedBy, kept.RevokeTime = t.RevokedBy, &now
		if err := tx.SaveRevocation(ctx, kept); err != nil {
			return DeviceToken{}, err
		}
	}
	if err := tellRevocations(ctx, tx, accounts, t.Member, now); err != nil {
		return DeviceToken{}, err
	}
	return kept, tx.Audit(ctx, "RevokeDeviceToken", kept.Name())
}

// RemindOfRevocations tells the broker again what a member has withdrawn. Errors: ErrBrokerUnavailable.
func (s *Service) RemindOfRevocations(ctx context.Context, tx DeviceTokenTx, accounts DeviceAccounts, member string) error {
	if err := tx.LockMember(ctx, member); err != nil {
		return err
	}
	return tellRevocations(ctx, tx, accounts, member, s.now())
}

// tellRevocations tells the broker all that a member, which is locked, has withdrawn.
func tellRevocations(ctx context.Context, tx DeviceTokenTx, accounts DeviceAccounts, member string, now time.Time) error {
	revoked, err := tx.RevokedDeviceTokens(ctx, member, now, maxRevoked)
	if err != nil {
		return err
	}
	return accounts.Revoke(ctx, member, revoked)
}
