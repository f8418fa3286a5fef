package ingest

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/signing"
)

// MaxActiveKeys bounds the keys of one source that are not revoked: rotation needs two at a time.
const MaxActiveKeys = 4

// SourceKey is a public key with which a source signs.
type SourceKey struct {
	ID     signing.KeyID
	Member string
	Source string
	// Passport is the vehicle that holds the private half, nil for a source that is no vehicle.
	Passport *uuid.UUID
	Public   signing.PublicKey
	// CreatedAt and FirstSequence say when it was enrolled, the latter as the size of the member's stream then; RevokedAt and
	// EndSequence say the same of its revocation, RevokedAt is nil before.
	CreatedAt                  time.Time
	FirstSequence, EndSequence uint64
	RevokedAt                  *time.Time
	RevokeReason               string
}

// Name is the resource name.
func (k SourceKey) Name() string { return "sourceKeys/" + k.ID.String() }

// KeyStreamOf returns the journal stream of a member's enrolments and revocations.
func KeyStreamOf(member string) string { return "keys/" + member }

// KeyTx is what changes of keys need of a transaction. Both journal the change, in the turn of the member's writers.
type KeyTx interface {
	// AddSourceKey stores a key and sets its FirstSequence. Errors: ErrSourceKeyExists, ErrTooManyKeys.
	AddSourceKey(ctx context.Context, k SourceKey, enrolment []byte) (SourceKey, error)
	// EndSourceKey revokes a key of member at the present size of its stream. Errors: ErrSourceKeyNotFound, ErrSourceKeyRevoked.
	EndSourceKey(ctx context.Context, member string, id signing.KeyID, reason string, now time.Time) (SourceKey, error)
}

// Enrolment is a key to be enrolled, with what shows that its private half is the caller's.
type Enrolment struct {
	Source   string
	Passport *uuid.UUID
	// PublicKey is a SubjectPublicKeyInfo in DER, Proof the sealed signing.Enrolment.
	PublicKey, Proof []byte
}

// CheckEnrolment returns the key that member may enrol. Errors: INVALID_FIELD, ErrKeyInvalid, ErrPassportNotFound,
// ErrVehicleNotYours, and an Unavailable one when the registry is down.
func (s *Service) CheckEnrolment(ctx context.Context, member string, e Enrolment) (SourceKey, error) {
	if !strings.HasPrefix(e.Source, "/members/"+member+"/") || !isVisibleASCII(e.Source) || len(e.Source) > maxSourceBytes {
		return SourceKey{}, apperr.InvalidField(fieldSource, "not a source of the caller's member")
	}
	public, err := signing.ParsePublicKey(e.PublicKey)
	if err != nil {
		return SourceKey{}, ErrKeyInvalid.WithField("public_key").Wrap(err)
	}
	want := signing.Enrolment{Source: e.Source}
	if e.Passport != nil {
		want.Passport = "passports/" + e.Passport.String()
	}
	if err := signing.VerifyEnrolment(e.Proof, public, want); err != nil {
		return SourceKey{}, ErrKeyInvalid.WithField("enrolment").Wrap(err)
	}
	if e.Passport != nil {
		if err := s.checkMaker(ctx, member, *e.Passport); err != nil {
			return SourceKey{}, err
		}
	}
	return SourceKey{
		ID: public.ID(), Member: member, Source: e.Source, Passport: e.Passport, Public: public, CreatedAt: s.now().UTC().Truncate(clockStep),
	}, nil
}

// checkMaker lets only the maker that enrolled a vehicle speak for what is built into it.
func (s *Service) checkMaker(ctx context.Context, member string, passport uuid.UUID) error {
	class, err := s.registry.MemberClass(ctx, member)
	if err != nil {
		return err
	}
	enroller, err := s.registry.Enroller(ctx, passport)
	if err != nil {
		return err
	}
	if class != ClassMaker || enroller != member {
		return ErrVehicleNotYours
	}
	return nil
}

// RevokeKey revokes a key of member, now and for good.
func (s *Service) RevokeKey(ctx context.Context, tx KeyTx, member string, id signing.KeyID, reason string) (SourceKey, error) {
	return tx.EndSourceKey(ctx, member, id, reason, s.now().UTC().Truncate(clockStep))
}
