package voprf

import (
	"context"
	"crypto/rand"

	"github.com/pcc-platform/pcc/internal/threshold"
	"github.com/pcc-platform/pcc/internal/trustee/wire"
	"github.com/pcc-platform/pcc/services/vault/internal/keyfile"
)

// Holders have the shares of the tag key. What they answer is not believed; see Client.
type Holders interface {
	// Public is the key that all evaluations are under, and that never changes.
	Public() threshold.Element
	// KeySet returns the present sharing of the key; renewed asks again for what may be remembered.
	KeySet(ctx context.Context, renewed bool) (threshold.KeySet, error)
	// Evaluate has blinded elements evaluated by the holder with an index. The proof's context is trustee/wire's TagContext.
	Evaluate(ctx context.Context, index int, blinded []threshold.Element) (threshold.Partial, error)
	// Show has one evaluated for a proof that is shown to others.
	Show(ctx context.Context, index int, blinded threshold.Element) (threshold.Shown, error)
}

// LocalKey is the one holder of a key in a file.
type LocalKey struct {
	share threshold.Share
	set   threshold.KeySet
}

// CreateKey makes a new tag key in a new file.
func CreateKey(path string) error {
	key, err := threshold.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	return keyfile.Create(path, key.Secret[:])
}

// OpenKey returns the holder of the tag key in the file at path.
func OpenKey(path string) (*LocalKey, error) {
	raw, err := keyfile.Read(path)
	if err != nil {
		return nil, err
	}
	return newLocalKey(raw)
}

func newLocalKey(raw []byte) (*LocalKey, error) {
	if len(raw) != threshold.Size {
		return nil, threshold.ErrEncoding
	}
	k := &LocalKey{share: threshold.Share{Index: 1, Secret: threshold.Scalar(raw)}}
	var err error
	k.set, err = k.share.Sole()
	return k, err
}

// Public implements Holders.
func (k *LocalKey) Public() threshold.Element { return k.set.Public }

// KeySet implements Holders.
func (k *LocalKey) KeySet(context.Context, bool) (threshold.KeySet, error) { return k.set, nil }

// Evaluate implements Holders.
func (k *LocalKey) Evaluate(_ context.Context, _ int, blinded []threshold.Element) (threshold.Partial, error) {
	return k.share.Evaluate(rand.Reader, blinded, wire.TagContext())
}

// Show implements Holders.
func (k *LocalKey) Show(_ context.Context, _ int, blinded threshold.Element) (threshold.Shown, error) {
	return k.share.Show(rand.Reader, blinded)
}
