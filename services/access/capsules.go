package access

import (
	"context"
	"fmt"
	"slices"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// maxKeys bounds the collective keys that there are, numbered from 1 without gaps.
const maxKeys = 16

// Capsules gives writers and readers what they need beside the trustees.
type Capsules struct {
	Service *Service
	Store   CapsuleStore
	Vault   Vault
}

// Target is what confidential fields are sealed under.
type Target struct {
	// Policy is that of the passport's present period.
	Policy access.PolicyID
	// KeyNumber and Public are of the trustees' key.
	KeyNumber uint64
	Public    threshold.Element
}

// Target returns what events of a passport, given by its id, are sealed under now.
// Errors: ErrPassportNotFound, ErrNoCollectiveKey, ErrLedgerUnavailable.
func (c *Capsules) Target(ctx context.Context, passport string) (Target, error) {
	_, target, err := c.target(ctx, passport)
	return target, err
}

func (c *Capsules) target(ctx context.Context, passport string) (Policy, Target, error) {
	policy, err := c.Service.Ensure(ctx, passport)
	if err != nil {
		return Policy{}, Target{}, err
	}
	key, err := c.latestKey(ctx)
	return policy, Target{Policy: policy.ID, KeyNumber: key.KeyNumber, Public: key.PublicKey}, err
}

// latestKey returns the newest collective key: what is written from now on, is written to it.
func (c *Capsules) latestKey(ctx context.Context) (latest access.KeySet, err error) {
	for number := uint64(1); number <= maxKeys; number++ {
		key, err := c.Service.Ledger.KeySet(ctx, access.KeyForAccess, number)
		if model.ReasonOf(err) == model.ReasonNotFound {
			break
		}
		if err != nil {
			return access.KeySet{}, refusal(err)
		}
		latest = key
	}
	if latest.KeyNumber == 0 {
		return access.KeySet{}, ErrNoCollectiveKey
	}
	return latest, nil
}

// Register takes a member's capsule for a passport, and returns its shred, sealed to the recipient. The capsule is on its way to the
// ledger then. Errors: as of Target, and ErrCapsuleInvalid.
func (c *Capsules) Register(ctx context.Context, member, passport string, capsule Capsule, to Recipient) ([]byte, error) {
	policy, target, err := c.target(ctx, passport)
	if err != nil {
		return nil, err
	}
	if err := capsule.check(member, target); err != nil {
		return nil, err
	}
	hash, err := capsule.Hash()
	if err != nil {
		return nil, fmt.Errorf("access: capsule: %w", err)
	}
	// The vault first: a capsule for which it makes no half leads nowhere.
	key := ClassKey{Vehicle: policy.Vehicle, Policy: policy.ID, Class: capsule.Label.Class}
	sealed, err := c.Vault.GiveShreds(ctx, key, []model.Hash{hash}, to, true)
	if err != nil {
		return nil, err
	}
	return sealed, c.Store.InsertCapsule(ctx, capsule, hash)
}

// Reading is what a reader needs beside the trustees' answers.
type Reading struct {
	Request  access.ReadRequest
	Capsules []Capsule
	// SealedShreds are the shreds of the capsules in their order, sealed to the key in the request.
	SealedShreds []byte
	// Keys are those that the capsules are made for, Trustees all that share them.
	Keys     []access.KeySet
	Trustees []access.Trustee
}

// OpenRead returns what the reader of a request under a policy of a passport needs. The ledger is asked first.
// Errors: ErrPolicyNotFound, ErrRequestNotFound, ErrNothingSealed, the ledger's refusals and the vault's.
func (c *Capsules) OpenRead(ctx context.Context, member, passport string, policy access.PolicyID, id model.Hash) (Reading, error) {
	if _, err := c.Service.Store.Policy(ctx, passport, policy); err != nil {
		return Reading{}, err
	}
	grant, err := c.Service.Ledger.CheckRequest(ctx, id, c.Service.Now())
	if model.ReasonOf(err) == model.ReasonNotFound {
		return Reading{}, ErrRequestNotFound
	}
	if err != nil {
		return Reading{}, refusal(err)
	}
	r := Reading{Request: grant.Request}
	if r.Request.Reader != member || r.Request.Policy != policy {
		return Reading{}, ErrRequestNotFound
	}
	if r.Capsules, err = c.Store.CapsulesOf(ctx, policy, r.Request.Class); err != nil {
		return Reading{}, err
	}
	if len(r.Capsules) == 0 {
		return Reading{}, ErrNothingSealed
	}
	if r.SealedShreds, err = c.shreds(ctx, passport, id, r); err != nil {
		return Reading{}, err
	}
	err = c.councils(ctx, &r)
	return r, err
}

// shreds are those of the reading's capsules, sealed to its reader.
func (c *Capsules) shreds(ctx context.Context, passport string, id model.Hash, r Reading) ([]byte, error) {
	o, err := c.Service.Registry.Ownership(ctx, passport)
	if err != nil {
		return nil, err
	}
	hashes := make([]model.Hash, len(r.Capsules))
	for i, capsule := range r.Capsules {
		if hashes[i], err = capsule.Hash(); err != nil {
			return nil, fmt.Errorf("access: capsule: %w", err)
		}
	}
	key := ClassKey{Vehicle: o.Vehicle, Policy: r.Request.Policy, Class: r.Request.Class}
	return c.Vault.GiveShreds(ctx, key, hashes, Recipient{Kind: r.Request.KEM, Key: r.Request.ReaderKey, Context: id}, false)
}

// councils adds the keys that the capsules are made for, and who shares them.
func (c *Capsules) councils(ctx context.Context, r *Reading) error {
	var numbers []uint64
	for _, capsule := range r.Capsules {
		numbers = append(numbers, capsule.Label.KeyNumber)
	}
	slices.Sort(numbers)
	seen := map[string]bool{}
	for _, number := range slices.Compact(numbers) {
		key, err := c.Service.Ledger.KeySet(ctx, access.KeyForAccess, number)
		if err != nil {
			return refusal(err)
		}
		r.Keys = append(r.Keys, key)
		for _, share := range key.Shares {
			if seen[share.Trustee] {
				continue
			}
			seen[share.Trustee] = true
			trustee, err := c.Service.Ledger.Trustee(ctx, share.Trustee)
			if err != nil {
				return refusal(err)
			}
			r.Trustees = append(r.Trustees, trustee)
		}
	}
	return nil
}
