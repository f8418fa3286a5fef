package trustee

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"sync"
	"time"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
)

// DefaultTagQuota is how many elements are evaluated for a member in a day if the configuration does not say.
const DefaultTagQuota = 100_000

// Peers reaches other trustees.
type Peers interface {
	// Exchange gives a trustee what this one has of a session, and returns what it has.
	Exchange(ctx context.Context, to access.Trustee, m wire.Exchange) (wire.Exchange, error)
}

// Options are what a trustee is made of.
type Options struct {
	// ID is the trustee's on the ledger.
	ID     string
	Store  *Store
	Ledger Ledger
	Peers  Peers
	Logger *slog.Logger
	// Clock is time.Now, but in tests.
	Clock func() time.Time
	// Patience is how long a phase of making a key waits for the slowest, Poll how often the ledger is looked at.
	Patience, Poll time.Duration
	// TagQuota bounds the elements evaluated for one member in a day.
	TagQuota uint64
}

// Trustee answers with its shares. Its methods may be called by several goroutines.
type Trustee struct {
	Options
	keys Keys

	mu       sync.Mutex
	sessions map[model.Hash]*ceremony
}

// New returns the trustee of a store, whose keys are made the first time.
func New(ctx context.Context, o Options) (*Trustee, error) {
	keys, err := o.Store.Keys(ctx)
	if err != nil {
		return nil, err
	}
	return &Trustee{Options: o, keys: keys, sessions: map[model.Hash]*ceremony{}}, nil
}

// Record is what the member registers of the trustee: version, certificate and address are the caller's to fill in.
func (k Keys) Record() (access.Trustee, error) {
	exchange, err := (threshold.Share{Index: 1, Secret: k.Exchange}).Public()
	if err != nil {
		return access.Trustee{}, err
	}
	return access.Trustee{
		SigningKey: access.Ed25519Key(k.Signing.Public().(ed25519.PublicKey)), ExchangeKey: exchange.Key,
	}, nil
}

// Sign signs a text's hash for the ledger.
func (k Keys) Sign(digest model.Hash) access.Signatures {
	return access.Signatures{{
		Identity: access.Ed25519Key(k.Signing.Public().(ed25519.PublicKey)), Bytes: ed25519.Sign(k.Signing, digest[:]),
	}}
}

// held returns the share in use of a key, or ErrNoShare.
func (t *Trustee) held(ctx context.Context, purpose access.KeyPurpose, number uint64) (*held, error) {
	h, err := t.Store.share(ctx, shareInUse, purpose, number)
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, ErrNoShare
	}
	return h, nil
}

// KeySet returns the set of a key that the trustee has a share in use of, or ErrNoShare.
func (t *Trustee) KeySet(ctx context.Context, purpose access.KeyPurpose, number uint64) (access.KeySet, error) {
	h, err := t.held(ctx, purpose, number)
	if err != nil {
		return access.KeySet{}, err
	}
	return h.set, nil
}

// Adopt takes a key that has one holder, such as one in a file, as the share of a set of its own, whose epoch is 1. The set is to be
// published with the consortium's signatures; then the key can be shared out.
func (t *Trustee) Adopt(ctx context.Context, purpose access.KeyPurpose, number uint64, share threshold.Share) (access.KeySet, error) {
	sole, err := share.Sole()
	if err != nil {
		return access.KeySet{}, err
	}
	set := access.KeySet{
		Purpose: purpose, KeyNumber: number, Epoch: 1, Threshold: 1, PublicKey: sole.Public, Shares: []access.Share{
			{Seat: access.Seat{Trustee: t.ID, Index: uint64(share.Index)}, Verification: sole.Public},
		},
	}
	return set, t.Store.putShare(ctx, shareInUse, held{set, share})
}
