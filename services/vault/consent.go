package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/apperr"
)

// Consent is the record of a holder's consent. Its text names the holder's key, and so a person.
type Consent struct {
	ID      uuid.UUID
	Member  string
	Holder  uuid.UUID
	Vehicle uuid.UUID
	// Hash is of the text, as the ledger has it.
	Hash       [32]byte
	Text       Secret[string]
	RecordTime time.Time
	ExpireTime time.Time
	// WithdrawTime is nil unless it was withdrawn.
	WithdrawTime *time.Time
}

// SealedConsent is a Consent as it is stored, without its text.
type SealedConsent struct {
	Consent
	Sealed   Sealed
	ShredKey ShredKey
}

func (c Consent) place() string {
	return "consent/" + c.ID.String() + "/" + c.Holder.String() + "/" + c.Member
}

func (c SealedConsent) open(ctx context.Context, s Sealer) (Consent, error) {
	text, err := s.Open(ctx, c.ShredKey, c.Sealed.Ciphertext, c.place())
	if errors.Is(err, ErrShredded) { // a row that came back with a backup
		return Consent{}, ErrConsentNotFound
	}
	if err != nil {
		return Consent{}, fmt.Errorf("vault: open consent %s: %w", c.ID, err)
	}
	c.Text = Conceal(string(text))
	return c.Consent, nil
}

// ConsentStore reads consents.
type ConsentStore interface {
	// Consents returns up to limit consents of a member's holder, the latest first.
	Consents(ctx context.Context, member string, holder uuid.UUID, limit int) ([]SealedConsent, error)
}

// ConsentTx is what changing consents needs of a transaction. It leaves an audit row for each change.
type ConsentTx interface {
	// AddConsent stores a consent, or returns ErrConsentExists.
	AddConsent(ctx context.Context, c SealedConsent) error
	// GetConsent returns a member's consent, or ErrConsentNotFound.
	GetConsent(ctx context.Context, member string, id uuid.UUID) (SealedConsent, error)
	// SetWithdrawn records that a consent was withdrawn, unless it was before.
	SetWithdrawn(ctx context.Context, id uuid.UUID) error
}

// RecordConsent keeps the text that a holder's key signed. Errors: ErrHolderNotFound, ErrConsentExists, INVALID_FIELD.
func (d *Desk) RecordConsent(ctx context.Context, tx DeskTx, member string, holder uuid.UUID, text string) (Consent, error) {
	parsed, err := access.ParseConsent([]byte(text))
	if err != nil { // which quotes the text
		return Consent{}, apperr.InvalidField("text", "not the canonical text of a consent")
	}
	c := Consent{ID: uuid.New(), Member: member, Holder: holder, Text: Conceal(text), RecordTime: d.Now(), ExpireTime: time.UnixMilli(parsed.ExpiryUnixMilli)}
	if !c.ExpireTime.After(c.RecordTime) {
		return Consent{}, apperr.InvalidField("text", "the consent has expired")
	}
	if c.Vehicle, err = tx.HeldVehicle(ctx, member, holder); err != nil {
		return Consent{}, err
	}
	hash, err := parsed.Hash()
	if err != nil {
		return Consent{}, fmt.Errorf("vault: hash a consent: %w", err)
	}
	c.Hash = hash
	sealed := SealedConsent{Consent: c, ShredKey: uuid.New()}
	if sealed.Sealed, err = d.Sealer.Seal(ctx, sealed.ShredKey, []byte(text), c.place()); err != nil {
		return Consent{}, fmt.Errorf("vault: seal a consent: %w", err)
	}
	return c, tx.AddConsent(ctx, sealed)
}

// Consents returns the consents of a member's holder, the latest first, at most maxListed. Error: ErrHolderNotFound.
func (d *Desk) Consents(ctx context.Context, member string, holder uuid.UUID) (out []Consent, err error) {
	err = d.Store.InDeskTx(ctx, func(tx DeskTx) error {
		_, err := tx.HeldVehicle(ctx, member, holder)
		return err
	})
	if err != nil {
		return nil, err
	}
	sealed, err := d.Store.Consents(ctx, member, holder, maxListed)
	if err != nil {
		return nil, err
	}
	for _, s := range sealed {
		c, err := s.open(ctx, d.Sealer)
		if errors.Is(err, ErrConsentNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// WithdrawConsent records a withdrawal, and returns its text for the holder's key to sign. Error: ErrConsentNotFound.
func (d *Desk) WithdrawConsent(ctx context.Context, member string, id uuid.UUID) (c Consent, withdrawal string, err error) {
	err = d.Store.InDeskTx(ctx, func(tx DeskTx) error {
		sealed, err := tx.GetConsent(ctx, member, id)
		if err != nil {
			return err
		}
		if c, err = sealed.open(ctx, d.Sealer); err != nil {
			return err
		}
		if c.WithdrawTime == nil {
			now := d.Now()
			c.WithdrawTime = &now
			return tx.SetWithdrawn(ctx, id)
		}
		return nil
	})
	if err != nil {
		return Consent{}, "", err
	}
	parsed, err := access.ParseConsent([]byte(c.Text.Reveal()))
	if err != nil {
		return Consent{}, "", fmt.Errorf("vault: consent %s has a malformed text", id)
	}
	text, err := access.Withdrawal{Consent: c.Hash, Owner: parsed.Owner}.Canonical()
	return c, string(text), err
}
