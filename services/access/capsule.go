package access

import (
	"context"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// MaxCapsules is the most capsules that one read opens: of one class in one ownership period there is one a writer.
const MaxCapsules = threshold.MaxCapsules

// Capsule is a secret to the trustees' key, under a label.
type Capsule struct {
	Label access.Label
	Bytes threshold.Capsule
}

// Hash returns the hash by which the ledger knows the capsule.
func (c Capsule) Hash() (model.Hash, error) { return access.CapsuleHash(c.Label, c.Bytes[:]) }

// CapsuleStore keeps capsules.
type CapsuleStore interface {
	// InsertCapsule stores a capsule unless it is there.
	InsertCapsule(ctx context.Context, c Capsule, hash model.Hash) error
	// CapsulesOf returns at most MaxCapsules of a policy and class that the ledger has, in the order of their hashes.
	CapsulesOf(ctx context.Context, policy access.PolicyID, class access.Class) ([]Capsule, error)
	// WaitingCapsules returns the oldest that the ledger has not taken or refused yet.
	WaitingCapsules(ctx context.Context, limit int) (access.Capsules, error)
	// MarkRegistered says that the ledger has these.
	MarkRegistered(ctx context.Context, hashes []model.Hash) error
	// MarkRefused says that the ledger refused this one for good.
	MarkRefused(ctx context.Context, hash model.Hash, reason model.Reason) error
}

// Recipient is whom shreds are sealed to, and for what: the hash of a request, or what a writer drew.
type Recipient struct {
	Kind    access.KEM
	Key     []byte
	Context [32]byte
}

// Vault gives shreds.
type Vault interface {
	// GiveShreds returns the shreds of capsules under a class key, sealed to the recipient. With write the vault makes its half when
	// there is none. Errors are the vault's, such as CLASS_KEY_NOT_FOUND.
	GiveShreds(ctx context.Context, key ClassKey, capsules []model.Hash, to Recipient, write bool) ([]byte, error)
}

// ClassKey names the key of one class of events in one ownership period.
type ClassKey struct {
	// Vehicle is the vault's handle, "vehicles/<uuid>".
	Vehicle string
	// Policy is the period's.
	Policy access.PolicyID
	Class  access.Class
}

// check returns ErrCapsuleInvalid unless the capsule is the member's, for the target, and proves to be of its label.
func (c Capsule) check(member string, target Target) error {
	if c.Label.Policy != target.Policy || c.Label.KeyNumber != target.KeyNumber || c.Label.Writer != member {
		return ErrCapsuleInvalid
	}
	text, err := c.Label.Canonical()
	if err != nil || threshold.VerifyCapsule(threshold.Labelled{Label: string(text), Capsule: c.Bytes}) != nil {
		return ErrCapsuleInvalid
	}
	return nil
}
