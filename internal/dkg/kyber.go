package dkg

import (
	"bytes"
	"cmp"
	"crypto/cipher"
	"slices"

	"go.dedis.ch/kyber/v4"

	"github.com/pcc-platform/pcc/internal/threshold"
)

// unsigned is the signature scheme of kyber's bundles: packets are signed whole, as they travel, by keys of ours.
type unsigned struct{}

func (unsigned) NewKeyPair(cipher.Stream) (kyber.Scalar, kyber.Point) { return nil, nil }
func (unsigned) Sign(kyber.Scalar, []byte) ([]byte, error)            { return nil, nil }
func (unsigned) Verify(kyber.Point, []byte, []byte) error             { return nil }

// openAll returns the packets of a phase that are genuine, by trustee, in an order that is the same for all.
func (c *Config) openAll(phase Phase, raw [][]byte) []packet {
	var out []packet
	for _, r := range raw {
		if p, err := c.open(r); err == nil && p.phase == phase {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b packet) int { return cmp.Or(cmp.Compare(a.index, b.index), bytes.Compare(a.raw, b.raw)) })
	return slices.CompactFunc(out, func(a, b packet) bool { return bytes.Equal(a.raw, b.raw) })
}

// readAll parses packets. What a trustee signed but cannot be parsed counts as not sent: all trustees see the same bytes.
func readAll[B any](c *Config, phase Phase, raw [][]byte, read func(packet) (*B, error)) []*B {
	var out []*B
	for _, p := range c.openAll(phase, raw) {
		if b, err := read(p); err == nil {
			out = append(out, b)
		}
	}
	return out
}

// elementBytes encodes a point or a scalar of our suite, which always has an encoding of 32 bytes.
func elementBytes(v interface{ MarshalBinary() ([]byte, error) }) []byte {
	raw, err := v.MarshalBinary()
	if err != nil {
		return make([]byte, threshold.Size)
	}
	return raw
}

func elementOf(p kyber.Point) threshold.Element { return threshold.Element(elementBytes(p)) }
