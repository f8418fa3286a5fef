package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/apperr"
)

// Person is who a holder is, in the clear.
type Person struct {
	FullName      string `json:"full_name"`
	Email         string `json:"email,omitempty"`
	PostalAddress string `json:"postal_address,omitempty"`
}

// Identity is a Person as it travels through the vault.
type Identity struct{ Secret[Person] }

// NewIdentity returns the identity, or INVALID_FIELD for a blank name or a malformed e-mail address.
func NewIdentity(p Person) (Identity, error) {
	if strings.TrimSpace(p.FullName) == "" {
		return Identity{}, apperr.InvalidField("identity.full_name", "the name is blank")
	}
	if p.Email != "" {
		// The parser's error quotes the address and so goes no further.
		if address, err := mail.ParseAddress(p.Email); err != nil || address.Address != p.Email {
			return Identity{}, apperr.InvalidField("identity.email", "not an e-mail address")
		}
	}
	return Identity{Conceal(p)}, nil
}

// Holder is a person who holds a vehicle, as one member registered them.
type Holder struct {
	ID         uuid.UUID
	Member     string
	Vehicle    uuid.UUID
	Identity   Identity
	CreateTime time.Time
}

// SealedHolder is a Holder as it is stored.
type SealedHolder struct {
	ID         uuid.UUID
	Member     string
	Vehicle    uuid.UUID
	Identity   Sealed
	ShredKey   ShredKey // of Identity
	CreateTime time.Time
}

func (h SealedHolder) place() string { return holderPlace(h.ID, h.Vehicle, h.Member) }

func (h SealedHolder) open(ctx context.Context, s Sealer) (Holder, error) {
	plaintext, err := s.Open(ctx, h.ShredKey, h.Identity.Ciphertext, h.place())
	if errors.Is(err, ErrShredded) { // a row that came back with a backup
		return Holder{}, ErrHolderNotFound
	}
	if err != nil {
		return Holder{}, fmt.Errorf("vault: open holder %s: %w", h.ID, err)
	}
	var p Person
	if json.Unmarshal(plaintext, &p) != nil { // its error may quote the text
		return Holder{}, fmt.Errorf("vault: holder %s has a malformed identity", h.ID)
	}
	return Holder{ID: h.ID, Member: h.Member, Vehicle: h.Vehicle, Identity: Identity{Conceal(p)}, CreateTime: h.CreateTime}, nil
}

func (h *SealedHolder) seal(ctx context.Context, s Sealer, identity Identity) error {
	plaintext, err := json.Marshal(identity.Reveal())
	if err != nil {
		return fmt.Errorf("vault: encode holder %s: %w", h.ID, err)
	}
	if h.Identity, err = s.Seal(ctx, h.ShredKey, plaintext, h.place()); err != nil {
		return fmt.Errorf("vault: seal holder %s: %w", h.ID, err)
	}
	return nil
}
