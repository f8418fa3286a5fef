package sealer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/confidential"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/readerkey"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/proto/event"
)

const (
	// keyLifetime is how long a class key is used before the policy is asked for again: so long after a change of owner events
	// may still be sealed for the owner before.
	keyLifetime = time.Minute
	// maxKeys bounds the class keys in memory.
	maxKeys = 10_000
)

// Errors of sealing.
var (
	// ErrOtherKey says that the directory names a collective key that is not the one the writer trusts.
	ErrOtherKey = errors.New("sealer: not the trustees' key")
	// ErrShreds says that what the directory gave for a capsule is not for this writer.
	ErrShreds = errors.New("sealer: the shred does not open")
)

// Target is what confidential fields are sealed under.
type Target struct {
	// Policy is that of the passport's ownership period.
	Policy access.PolicyID
	// KeyNumber and Public are of the trustees' key.
	KeyNumber uint64
	Public    threshold.Element
}

// Capsule is a capsule with its label, for the directory to register.
type Capsule struct {
	Passport string // "passports/{passport}"
	Label    access.Label
	Bytes    threshold.Capsule
	// Recipient and Context are whom the shred is to be sealed to, and for what.
	Recipient []byte // X25519
	Context   [32]byte
}

// Directory knows policies and takes capsules.
type Directory interface {
	// Target returns what events of a passport are sealed under now.
	Target(ctx context.Context, passport string) (Target, error)
	// Register takes a capsule, which it may have already, and returns its shred as the vault sealed it.
	Register(ctx context.Context, c Capsule) ([]byte, error)
}

// Sealer seals events. It is safe for concurrent use.
type Sealer struct {
	key       Key
	directory Directory
	trusted   *threshold.Element
	now       func() time.Time

	mutex sync.Mutex
	keys  map[purpose]timedKey
}

// purpose is what a class key is for.
type purpose struct {
	writer, passport string
	class            eventlist.Class
}

type timedKey struct {
	key   *confidential.ClassKey
	until time.Time
}

// New returns a Sealer. A writer that knows the trustees' key gives it as trusted: then no other one is sealed to. With nil it
// believes the directory.
func New(key Key, directory Directory, trusted *threshold.Element) *Sealer {
	return &Sealer{key: key, directory: directory, trusted: trusted, now: time.Now, keys: make(map[purpose]timedKey)}
}

// Seal returns the event of a member with its confidential fields sealed, and the event itself when it has none. Errors are
// those of the directory, and wrap ErrOtherKey, ErrShreds or those of [confidential.ClassKey.Seal].
func (s *Sealer) Seal(ctx context.Context, member string, ce *pb.CloudEvent) (*pb.CloudEvent, error) {
	class, known := eventlist.ClassOf(ce.GetType())
	if !known || !confidential.NeedsSealing(ce) {
		return ce, nil
	}
	key, err := s.classKey(ctx, purpose{
		writer: member, passport: ce.GetAttributes()[event.AttributeSubject].GetCeString(), class: class,
	})
	if err != nil {
		return nil, err
	}
	return key.Seal(ce)
}

func (s *Sealer) classKey(ctx context.Context, p purpose) (*confidential.ClassKey, error) {
	s.mutex.Lock()
	have, found := s.keys[p]
	s.mutex.Unlock()
	if found && s.now().Before(have.until) {
		return have.key, nil
	}
	key, err := s.derive(ctx, p)
	if err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.keys) >= maxKeys {
		clear(s.keys)
	}
	s.keys[p] = timedKey{key: key, until: s.now().Add(keyLifetime)}
	return key, nil
}

// derive makes the class key, and has its capsule registered.
func (s *Sealer) derive(ctx context.Context, p purpose) (*confidential.ClassKey, error) {
	target, err := s.directory.Target(ctx, p.passport)
	if err != nil {
		return nil, err
	}
	if s.trusted != nil && *s.trusted != target.Public {
		return nil, ErrOtherKey
	}
	label := access.Label{Policy: target.Policy, Class: access.Class(p.class), Writer: p.writer, KeyNumber: target.KeyNumber}
	text, err := label.Canonical()
	if err != nil {
		return nil, fmt.Errorf("sealer: %w", err)
	}
	capsule, secret, err := s.key.encapsulate(target.Public, string(text))
	if err != nil {
		return nil, err
	}
	shred, err := s.register(ctx, Capsule{Passport: p.passport, Label: label, Bytes: capsule})
	if err != nil {
		return nil, err
	}
	return confidential.NewClassKey(confidential.HashCapsule(string(text), capsule[:]), secret, shred)
}

// register returns the capsule's shred, which comes sealed to a key that is used this once.
func (s *Sealer) register(ctx context.Context, c Capsule) (shred [confidential.HalfSize]byte, err error) {
	recipient, err := readerkey.Generate(readerkey.X25519)
	if err != nil {
		return shred, err
	}
	c.Recipient = recipient.Public()
	if _, err := rand.Read(c.Context[:]); err != nil {
		return shred, fmt.Errorf("sealer: %w", err)
	}
	sealed, err := s.directory.Register(ctx, c)
	if err != nil {
		return shred, err
	}
	plaintext, err := recipient.Open(confidential.ShredInfo(c.Context), sealed)
	if err != nil {
		return shred, ErrShreds
	}
	shreds, ok := confidential.ParseShreds(plaintext, 1)
	if !ok {
		return shred, ErrShreds
	}
	return shreds[0], nil
}
