package vault

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/confidential"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/readerkey"
)

const (
	// MaxCapsules is the most capsules in one call.
	MaxCapsules  = 256
	classKeySize = 32
	// shredInfo derives a capsule's shred.
	shredInfo = "pcc-capsule-shred/v1"
)

// ClassKeyID names the vault's half of the keys of one class of events in one ownership period of a vehicle.
type ClassKeyID struct {
	Vehicle uuid.UUID
	// Policy is the id of the ownership period's policy.
	Policy string
	Class  eventlist.Class
}

func (id ClassKeyID) place() string {
	return "class_key/" + id.Policy + "/" + string(id.Class) + "/" + id.Vehicle.String()
}

// SealedClassKey is a half as it is stored.
type SealedClassKey struct {
	ID       ClassKeyID
	Key      Sealed
	ShredKey ShredKey
}

// Recipient is whom shreds are sealed to, and for what: the hash of a request to read, or what a writer drew.
type Recipient struct {
	Key     readerkey.Public
	Context [sha256.Size]byte
}

// GiveShreds returns the shreds of at most MaxCapsules capsules, sealed to the recipient. With write the half is made when there
// is none. Errors: ErrRestricted, ErrVehicleUnknown, ErrClassKeyNotFound, ErrReaderKey.
func (s *Service) GiveShreds(ctx context.Context, id ClassKeyID, capsules []confidential.CapsuleHash, to Recipient, write bool) ([]byte, error) {
	if err := s.store.RefuseRestricted(ctx, id.Vehicle, uuid.Nil); err != nil {
		return nil, err
	}
	key, err := s.classKey(ctx, id, write)
	if err != nil {
		return nil, err
	}
	shreds := make([]byte, 0, len(capsules)*confidential.HalfSize)
	for _, capsule := range capsules {
		shred, err := hkdf.Key(sha256.New, key, nil, shredInfo+string(capsule[:]), confidential.HalfSize)
		if err != nil {
			return nil, fmt.Errorf("vault: shred: %w", err)
		}
		shreds = append(shreds, shred...)
	}
	sealed, err := to.Key.Seal(confidential.ShredInfo(to.Context), shreds)
	if err != nil {
		return nil, ErrReaderKey
	}
	return sealed, nil
}

// classKey returns the half, which it makes first if it may.
func (s *Service) classKey(ctx context.Context, id ClassKeyID, write bool) ([]byte, error) {
	stored, err := s.store.ClassKey(ctx, id.Policy, id.Class)
	if write && errors.Is(err, ErrClassKeyNotFound) {
		stored, err = s.makeClassKey(ctx, id)
	}
	switch {
	case err != nil:
		return nil, err
	case stored.ID != id:
		return nil, ErrClassKeyNotFound
	}
	key, err := s.sealer.Open(ctx, stored.ShredKey, stored.Key.Ciphertext, id.place())
	if errors.Is(err, ErrShredded) {
		return nil, ErrClassKeyNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("vault: open a class key: %w", err)
	}
	return key, nil
}

// makeClassKey stores a new half, and returns the one that is stored: somebody else may have been first.
func (s *Service) makeClassKey(ctx context.Context, id ClassKeyID) (SealedClassKey, error) {
	key := make([]byte, classKeySize)
	if _, err := rand.Read(key); err != nil {
		return SealedClassKey{}, fmt.Errorf("vault: make a class key: %w", err)
	}
	made := SealedClassKey{ID: id, ShredKey: uuid.New()}
	var err error
	if made.Key, err = s.sealer.Seal(ctx, made.ShredKey, key, id.place()); err != nil {
		return SealedClassKey{}, fmt.Errorf("vault: seal a class key: %w", err)
	}
	if err := s.store.InsertClassKey(ctx, made); err != nil {
		return SealedClassKey{}, err
	}
	return s.store.ClassKey(ctx, id.Policy, id.Class)
}
