package trustee

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/dkg"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// Buckets of the file. Values of secrets are sealed, with their key as associated data.
const (
	bucketMeta     = "meta"     // "salt"
	bucketSecrets  = "secrets"  // "keys", "share/<purpose>/<number>", "pending/<purpose>/<number>"
	bucketSessions = "sessions" // session id: begun
	bucketAnswers  = "answers"  // request id, hash of the question: expiry, answer
	bucketCounts   = "counts"   // request id: answers given
	bucketQueue    = "queue"    // request id, hash of the answer: to be recorded
	bucketTags     = "tags"     // day, member: elements evaluated
)

// lockTimeout is how long to wait for another process to leave the file.
const lockTimeout = 2 * time.Second

// Keys are a trustee's own.
type Keys struct {
	Signing  ed25519.PrivateKey
	Exchange threshold.Scalar
}

// Store is a trustee's file.
type Store struct {
	db   *bolt.DB
	wrap Wrapper
}

// OpenStore opens the file, which it makes if need be, and asks for the wrapper with the file's salt.
func OpenStore(path string, wrapper func(salt []byte) (Wrapper, error)) (_ *Store, err error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout})
	if err != nil {
		return nil, fmt.Errorf("trustee: store: %w", err)
	}
	s := &Store{db: db}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	var salt []byte
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range []string{bucketMeta, bucketSecrets, bucketSessions, bucketAnswers, bucketCounts, bucketQueue, bucketTags} {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		meta := tx.Bucket([]byte(bucketMeta))
		if salt = append(salt, meta.Get([]byte("salt"))...); len(salt) > 0 {
			return nil
		}
		var err error
		if salt, err = newSalt(); err != nil {
			return err
		}
		return meta.Put([]byte("salt"), salt)
	})
	if err != nil {
		return nil, fmt.Errorf("trustee: store: %w", err)
	}
	s.wrap, err = wrapper(salt)
	return s, err
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Keys returns the trustee's keys, which it makes the first time.
func (s *Store) Keys(ctx context.Context) (Keys, error) {
	raw, err := s.secret(ctx, "keys")
	if err != nil {
		return Keys{}, err
	}
	if raw != nil {
		if len(raw) != ed25519.SeedSize+threshold.Size {
			return Keys{}, errors.New("trustee: store: damaged keys")
		}
		return Keys{ed25519.NewKeyFromSeed(raw[:ed25519.SeedSize]), threshold.Scalar(raw[ed25519.SeedSize:])}, nil
	}
	_, signing, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Keys{}, fmt.Errorf("trustee: %w", err)
	}
	exchange, _, err := dkg.NewExchangeKey()
	if err != nil {
		return Keys{}, err
	}
	return Keys{signing, exchange}, s.putSecret(ctx, "keys", append(signing.Seed(), exchange[:]...))
}

// held is a share with what everybody knows of it.
type held struct {
	set   access.KeySet
	share threshold.Share
}

const (
	shareInUse   = "share"
	sharePending = "pending"
)

func shareKey(state string, purpose access.KeyPurpose, number uint64) string {
	return fmt.Sprintf("%s/%s/%d", state, purpose, number)
}

// share returns the share of a key in a state, nil if there is none.
func (s *Store) share(ctx context.Context, state string, purpose access.KeyPurpose, number uint64) (*held, error) {
	raw, err := s.secret(ctx, shareKey(state, purpose, number))
	if err != nil || raw == nil {
		return nil, err
	}
	if len(raw) < 2+threshold.Size {
		return nil, errors.New("trustee: store: damaged share")
	}
	set, err := access.ParseKeySet(raw[2+threshold.Size:])
	if err != nil {
		return nil, fmt.Errorf("trustee: store: damaged share: %w", err)
	}
	return &held{set, threshold.Share{Index: int(binary.BigEndian.Uint16(raw)), Secret: threshold.Scalar(raw[2:])}}, nil
}

func (s *Store) putShare(ctx context.Context, state string, h held) error {
	text, err := h.set.Canonical()
	if err != nil {
		return err
	}
	raw := binary.BigEndian.AppendUint16(nil, uint16(h.share.Index))
	raw = append(append(raw, h.share.Secret[:]...), text...)
	return s.putSecret(ctx, shareKey(state, h.set.Purpose, h.set.KeyNumber), raw)
}

// activate puts the pending share of a key in the place of the one in use, which is gone then.
func (s *Store) activate(ctx context.Context, h held) error {
	if err := s.putShare(ctx, shareInUse, h); err != nil {
		return err
	}
	return s.forget(sharePending, h.set.Purpose, h.set.KeyNumber)
}

func (s *Store) forget(state string, purpose access.KeyPurpose, number uint64) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(bucketSecrets)).Delete([]byte(shareKey(state, purpose, number)))
	})
}

func (s *Store) secret(ctx context.Context, key string) ([]byte, error) {
	var sealed []byte
	err := s.db.View(func(tx *bolt.Tx) error {
		sealed = append(sealed, tx.Bucket([]byte(bucketSecrets)).Get([]byte(key))...)
		return nil
	})
	if err != nil || sealed == nil {
		return nil, err
	}
	raw, err := s.wrap.DecryptWithContext(ctx, sealed, []byte(key))
	if err != nil {
		return nil, fmt.Errorf("trustee: store: %s does not open; is it the right passphrase? %w", key, err)
	}
	return raw, nil
}

func (s *Store) putSecret(ctx context.Context, key string, raw []byte) error {
	sealed, err := s.wrap.EncryptWithContext(ctx, raw, []byte(key))
	if err != nil {
		return fmt.Errorf("trustee: store: %w", err)
	}
	return s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucketSecrets)).Put([]byte(key), sealed) })
}

// begin notes that a session is begun, and reports whether it was not before.
func (s *Store) begin(session model.Hash) (fresh bool, err error) {
	err = s.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(bucketSessions))
		fresh = b.Get(session[:]) == nil
		return b.Put(session[:], []byte{1})
	})
	return fresh, err
}
