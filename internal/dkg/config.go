package dkg

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"

	"go.dedis.ch/kyber/v4"
	pedersen "go.dedis.ch/kyber/v4/share/dkg/pedersen"

	"github.com/pcc-platform/pcc/internal/dkg/internal/ristretto"
	"github.com/pcc-platform/pcc/internal/threshold"
)

// Party is a trustee as the others know it.
type Party struct {
	// Index is the trustee's alone, among dealers and holders.
	Index int
	// Signing is the key that its packets are signed with.
	Signing ed25519.PublicKey
	// Exchange is the key that values are sealed to.
	Exchange threshold.Element
}

// Config is what the trustees of a run agree on, and what each has of its own.
type Config struct {
	// Session names the run, and is never used twice.
	Session [32]byte
	// Dealers deal, Holders get shares. For a new key they are the same.
	Dealers, Holders []Party
	// Threshold is how many holders it will take.
	Threshold int
	// Previous is the key set that is shared anew; nil for a new key.
	Previous *threshold.KeySet

	// Index, Signing and Exchange are of the trustee itself.
	Index    int
	Signing  ed25519.PrivateKey
	Exchange threshold.Scalar
	// Share is its share of the previous set, if it has one.
	Share *threshold.Share
}

// NewExchangeKey makes the key pair that values are sealed to.
func NewExchangeKey() (threshold.Scalar, threshold.Element, error) {
	pair, err := threshold.GenerateKey(rand.Reader)
	if err != nil {
		return threshold.Scalar{}, threshold.Element{}, err
	}
	public, err := pair.Public()
	return pair.Secret, public.Key, err
}

func (c *Config) check() error {
	if len(c.Holders) > threshold.MaxTrustees || len(c.Dealers) > threshold.MaxTrustees ||
		c.Threshold < 1 || c.Threshold > len(c.Holders) {
		return fmt.Errorf("%w: %d of %d, dealt by %d", ErrConfig, c.Threshold, len(c.Holders), len(c.Dealers))
	}
	if err := c.checkParties(); err != nil {
		return err
	}
	if c.Previous == nil {
		if c.Share != nil || !sameParties(c.Dealers, c.Holders) {
			return fmt.Errorf("%w: a new key is dealt by its holders", ErrConfig)
		}
		return nil
	}
	if err := c.Previous.Check(); err != nil {
		return fmt.Errorf("%w: previous set: %w", ErrConfig, err)
	}
	if len(c.Dealers) < c.Previous.Threshold {
		return fmt.Errorf("%w: %d dealers, the previous set needs %d", ErrConfig, len(c.Dealers), c.Previous.Threshold)
	}
	for _, d := range c.Dealers {
		if !knows(c.Previous, d.Index) {
			return fmt.Errorf("%w: dealer %d holds nothing", ErrConfig, d.Index)
		}
	}
	if (c.Share != nil) != (find(c.Dealers, c.Index) != nil) {
		return fmt.Errorf("%w: who has a share deals it", ErrConfig)
	}
	if c.Share != nil {
		if err := c.Previous.Holds(*c.Share); err != nil || c.Share.Index != c.Index {
			return fmt.Errorf("%w: the share is not of the previous set: %w", ErrConfig, err)
		}
	}
	return nil
}

// checkParties checks that an index, a signing key and an exchange key are of one trustee, and that the run is ours.
func (c *Config) checkParties() error {
	byIndex, bySigning, byExchange := map[int]Party{}, map[string]int{}, map[threshold.Element]int{}
	for _, list := range [][]Party{c.Dealers, c.Holders} {
		seen := map[int]bool{}
		for _, p := range list {
			if p.Index < 1 || p.Index > threshold.MaxIndex || len(p.Signing) != ed25519.PublicKeySize || seen[p.Index] {
				return fmt.Errorf("%w: trustee %d", ErrConfig, p.Index)
			}
			if err := p.Exchange.Check(); err != nil {
				return fmt.Errorf("%w: exchange key of trustee %d: %w", ErrConfig, p.Index, err)
			}
			seen[p.Index] = true
			if known, ok := byIndex[p.Index]; ok && !equal(known, p) {
				return fmt.Errorf("%w: two trustees %d", ErrConfig, p.Index)
			}
			if i, ok := bySigning[string(p.Signing)]; ok && i != p.Index {
				return fmt.Errorf("%w: trustees %d and %d sign alike", ErrConfig, i, p.Index)
			}
			if i, ok := byExchange[p.Exchange]; ok && i != p.Index {
				return fmt.Errorf("%w: trustees %d and %d have one exchange key", ErrConfig, i, p.Index)
			}
			byIndex[p.Index], bySigning[string(p.Signing)], byExchange[p.Exchange] = p, p.Index, p.Index
		}
	}
	own, ok := byIndex[c.Index]
	public, err := (threshold.Share{Index: c.Index, Secret: c.Exchange}).Public()
	if err != nil || !ok || own.Exchange != public.Key || !own.Signing.Equal(c.Signing.Public()) {
		return fmt.Errorf("%w: trustee %d is not of this run, or has other keys", ErrConfig, c.Index)
	}
	return nil
}

func equal(a, b Party) bool {
	return a.Index == b.Index && a.Exchange == b.Exchange && a.Signing.Equal(b.Signing)
}

func sameParties(a, b []Party) bool {
	if len(a) != len(b) {
		return false
	}
	for _, p := range a {
		if q := find(b, p.Index); q == nil || !equal(p, *q) {
			return false
		}
	}
	return true
}

func find(parties []Party, index int) *Party {
	for i := range parties {
		if parties[i].Index == index {
			return &parties[i]
		}
	}
	return nil
}

func knows(set *threshold.KeySet, index int) bool {
	for _, v := range set.Verification {
		if v.Index == index {
			return true
		}
	}
	return false
}

// nodes puts parties into kyber's form, whose indices begin at 0.
func nodes(parties []Party) ([]pedersen.Node, error) {
	out := make([]pedersen.Node, len(parties))
	for i, p := range parties {
		public := ristretto.Suite{}.Point()
		if err := public.UnmarshalBinary(p.Exchange[:]); err != nil {
			return nil, err
		}
		out[i] = pedersen.Node{Index: uint32(p.Index - 1), Public: public}
	}
	return out, nil
}

func scalarOf(s threshold.Scalar) (kyber.Scalar, error) {
	k := ristretto.Suite{}.Scalar()
	return k, k.UnmarshalBinary(s[:])
}
