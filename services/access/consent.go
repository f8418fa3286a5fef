package access

import (
	"context"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
)

// Consent is a consent as it is kept.
type Consent struct {
	Policy access.PolicyID
	Hash   model.Hash
	// Steward is the id of the member that recorded it, Recipient that of the member that is given it, or "*".
	Steward, Recipient string
	// SignedText is the text of access.SignedConsent.
	SignedText string
	CreateTime time.Time
	// WithdrawTime is zero while it was not withdrawn.
	WithdrawTime time.Time
}

// ConsentKey is the order of consents: oldest first.
type ConsentKey struct {
	CreateTime time.Time
	Hash       string // hexadecimal
}

// Key returns the consent's place in that order.
func (c Consent) Key() ConsentKey { return ConsentKey{c.CreateTime, c.Hash.String()} }

// RecordConsent keeps a consent that the policy's steward brings, and records its hash on the ledger.
// Errors: ErrPolicyNotFound, ErrNotTheSteward, ErrRecordMalformed, ErrSignatureInvalid, ErrConsentExpired, ErrLedgerUnavailable.
func (s *Service) RecordConsent(ctx context.Context, member, passport string, id access.PolicyID, signedText string) (Consent, error) {
	stored, err := s.Store.Policy(ctx, passport, id)
	if err != nil {
		return Consent{}, err
	}
	if stored.Steward != member {
		return Consent{}, ErrNotTheSteward
	}
	signed, err := access.ParseSignedConsent(signedText)
	if err != nil {
		return Consent{}, refusal(err)
	}
	switch {
	case signed.Consent.Policy != id:
		return Consent{}, ErrRecordMalformed
	case signed.Consent.ExpiryUnixMilli <= s.millis():
		return Consent{}, ErrConsentExpired
	}
	hash, err := signed.Consent.Hash()
	if err != nil {
		return Consent{}, refusal(err)
	}
	if err := s.Ledger.RecordConsent(ctx, hash); err != nil {
		return Consent{}, refusal(err)
	}
	return s.Store.AddConsent(ctx, Consent{
		Policy: id, Hash: hash, Steward: member, Recipient: signed.Consent.Recipient, SignedText: signedText, CreateTime: s.Now(),
	})
}

// WithdrawConsent records on the ledger that the owner withdraws a consent, by a text that the owner's key signed.
// Errors: ErrConsentNotFound, ErrRecordMalformed, ErrSignatureInvalid, ErrLedgerUnavailable.
func (s *Service) WithdrawConsent(
	ctx context.Context, member string, policy access.PolicyID, hash model.Hash, text, signatures string,
) (Consent, error) {
	c, err := s.Store.Consent(ctx, member, policy, hash)
	if err != nil {
		return Consent{}, err
	}
	signed, err := access.ParseSignedConsent(c.SignedText)
	if err != nil {
		return Consent{}, err
	}
	w, err := access.ParseWithdrawal([]byte(text))
	if err != nil {
		return Consent{}, refusal(err)
	}
	if w != (access.Withdrawal{Consent: hash, Owner: signed.Consent.Owner}) {
		return Consent{}, ErrRecordMalformed
	}
	if err := s.Ledger.WithdrawConsent(ctx, text, signatures); err != nil {
		return Consent{}, refusal(err)
	}
	if err := s.Store.EndConsent(ctx, hash, s.Now()); err != nil {
		return Consent{}, err
	}
	return s.Store.Consent(ctx, member, policy, hash)
}

// Consents lists at most limit consents under a policy that the member gave or is given. Errors: ErrPolicyNotFound.
func (s *Service) Consents(
	ctx context.Context, member, passport string, policy access.PolicyID, after ConsentKey, limit int,
) ([]Consent, error) {
	if _, err := s.Store.Policy(ctx, passport, policy); err != nil {
		return nil, err
	}
	return s.Store.Consents(ctx, member, policy, after, limit)
}
