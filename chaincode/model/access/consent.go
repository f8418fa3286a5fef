package access

import (
	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/canonical"
)

const (
	consentFormat    = "pcc-consent/v1"
	withdrawalFormat = "pcc-withdrawal/v1"
)

// NonceBytes is the length of a nonce, which makes one text unlike any other.
const NonceBytes = 16

// Consent is the owner's word, in advance, that a member may read: the owner's key
// counts as having signed every request that the consent covers. It names no
// person. The ledger gets its hash when it is given, and its text with the first
// request that uses it.
type Consent struct {
	Policy          PolicyID
	Owner           Identity  // the key that gives and withdraws it
	Recipient       string    // member id, or "*" for every member
	Classes         []Class   // in byte order; empty for all
	Purposes        []Purpose // in byte order; empty for all
	ExpiryUnixMilli int64     // from then on it covers nothing
	Nonce           [NonceBytes]byte
}

// Canonical returns the one encoding of c:
//
//	pcc-consent/v1
//	<policy id>
//	<owner's key>
//	<recipient, or *>
//	<classes, separated by commas, or *>
//	<purposes, separated by commas, or *>
//	<expiry, milliseconds>
//	<nonce, base64>
func (c Consent) Canonical() ([]byte, error) { return canonicalText(c, MaxRecordBytes) }

// Hash returns the SHA-256 of c's canonical text, or the error of Canonical.
func (c Consent) Hash() (model.Hash, error) { return hashOf(c, MaxRecordBytes) }

// ParseConsent decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseConsent(text []byte) (Consent, error) {
	return parse(text, consentFormat, MaxRecordBytes, readConsent)
}

func readConsent(l *canonical.Lines) Consent {
	return Consent{
		Policy: PolicyID(l.Next("policy id")), Owner: Identity(l.Next("owner")), Recipient: l.Next("recipient"),
		Classes: parseList[Class](l.Next("classes")), Purposes: parseList[Purpose](l.Next("purposes")),
		ExpiryUnixMilli: l.Int("expiry"), Nonce: readNonce(l),
	}
}

func readNonce(l *canonical.Lines) (nonce [NonceBytes]byte) {
	raw := l.ParseBytes("nonce", l.Next("nonce"))
	if len(raw) != NonceBytes {
		l.Fail("nonce does not have 16 bytes")
		return nonce
	}
	return [NonceBytes]byte(raw)
}

// Covers returns nil if the consent stands for its owner's signature of r at a time in
// milliseconds, else a CONSENT_MISMATCH or a CONSENT_EXPIRED. That it is withdrawn is
// not seen here.
func (c Consent) Covers(r ReadRequest, at int64) error {
	recipient := c.Recipient == everything || c.Recipient == r.Reader
	if c.Policy != r.Policy || !recipient || !covers(c.Classes, r.Class) || !covers(c.Purposes, r.Purpose) {
		return model.Errorf(model.ReasonConsentMismatch, "the consent is for another policy, reader, class or purpose")
	}
	if c.ExpiryUnixMilli <= at {
		return model.Errorf(model.ReasonConsentExpired, "the consent has expired")
	}
	return nil
}

func (c Consent) encode() string {
	return text(consentFormat, string(c.Policy), string(c.Owner), c.Recipient, list(c.Classes), list(c.Purposes),
		decimal(c.ExpiryUnixMilli), encode64(c.Nonce[:]))
}

func (c Consent) validate() error {
	switch {
	case !c.Policy.Valid():
		return malformed("consent: malformed policy id")
	case !c.Owner.IsKey():
		return malformed("consent: the owner is no key")
	case c.Recipient != everything && !isMemberID(c.Recipient):
		return malformed("consent: malformed recipient")
	case !isSubset(c.Classes, Classes()) || !isSubset(c.Purposes, Purposes()):
		return malformed("consent: classes or purposes are not known, sorted and unique")
	case c.ExpiryUnixMilli <= 0:
		return malformed("consent: no expiry")
	}
	return nil
}

// SignedConsent is a consent with its owner's signature, see Identity.Verify.
type SignedConsent struct {
	Consent   Consent
	Signature []byte
}

// String returns the text that ParseSignedConsent decodes: that of the consent, and a
// line with the signature in base64.
func (s SignedConsent) String() string { return s.Consent.encode() + encode64(s.Signature) + "\n" }

// ParseSignedConsent decodes a consent and verifies its signature: any other text is
// a MALFORMED_RECORD, another signature a SIGNATURE_INVALID.
func ParseSignedConsent(text string) (SignedConsent, error) {
	if len(text) > MaxRecordBytes {
		return SignedConsent{}, malformed("consent: too long")
	}
	l := canonical.Read([]byte(text))
	l.Literal(consentFormat)
	s := SignedConsent{Consent: readConsent(l)}
	s.Signature = l.ParseBytes("signature", l.Next("signature"))
	if err := l.Err(); err != nil {
		return SignedConsent{}, malformed("%v", err)
	}
	digest, err := s.Consent.Hash()
	if err != nil {
		return SignedConsent{}, err
	}
	if s.String() != text {
		return SignedConsent{}, malformed("consent: not in canonical form")
	}
	if !s.Consent.Owner.Verify(digest, s.Signature) {
		return SignedConsent{}, model.Errorf(model.ReasonSignatureInvalid, "the consent's signature does not verify")
	}
	return s, nil
}

// Withdrawal ends a consent. It is signed by the key that gave the consent, which it
// names, so that the ledger need not know the consent's text; a withdrawal by
// another key is of another consent, and of none that exists.
type Withdrawal struct {
	Consent model.Hash // of the consent's text
	Owner   Identity
}

// Canonical returns the one encoding of w:
//
//	pcc-withdrawal/v1
//	<hash of the consent, hexadecimal>
//	<owner's key>
func (w Withdrawal) Canonical() ([]byte, error) { return canonicalText(w, MaxRecordBytes) }

// Hash returns the SHA-256 of w's canonical text, or the error of Canonical.
func (w Withdrawal) Hash() (model.Hash, error) { return hashOf(w, MaxRecordBytes) }

// ParseWithdrawal decodes canonical text. Any other text is a MALFORMED_RECORD.
func ParseWithdrawal(text []byte) (Withdrawal, error) {
	return parse(text, withdrawalFormat, MaxRecordBytes, func(l *canonical.Lines) Withdrawal {
		return Withdrawal{Consent: readHex(l, "consent"), Owner: Identity(l.Next("owner"))}
	})
}

func (w Withdrawal) encode() string {
	return text(withdrawalFormat, w.Consent.String(), string(w.Owner))
}

func (w Withdrawal) validate() error {
	if w.Consent.IsZero() || !w.Owner.IsKey() {
		return malformed("withdrawal: no consent, or the owner is no key")
	}
	return nil
}
