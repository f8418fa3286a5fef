package vault

import (
	"context"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

// TagSize is the size of a tag in bytes.
const TagSize = 64

// Tag is the output of the VOPRF for a VIN: equal VINs have equal tags, and without the tag key a tag leads to no VIN.
type Tag [TagSize]byte

// Public returns the tag under which others than the vault know the vehicle.
func (t Tag) Public() eventlist.Tag { return eventlist.TagOf(t) }

// Tagger computes tags.
type Tagger interface {
	// Tags returns the tags of at most MaxBatch VINs, in their order, in one evaluation.
	Tags(ctx context.Context, vins []VIN) ([]Tag, error)
	// Prove returns the tag of one VIN, and what shows to who has the VIN that the tag is its.
	Prove(ctx context.Context, vin VIN) (Tag, TagProof, error)
}

// TagProof is what holders of the tag key were asked and answered about a VIN; package verify/vintag checks it. It shows
// nothing to who has not the VIN, but lets anybody try VINs on it.
type TagProof struct {
	// Blind is a scalar of 32 bytes.
	Blind []byte
	// Parts are of as many holders as it takes, ascending by index.
	Parts []TagPart
	// Key is the public key of the tag key, an element.
	Key []byte
}

// TagPart is what the holder of a share answered: the share's public counterpart and the evaluation, elements of 32 bytes, and the
// proof, two scalars.
type TagPart struct {
	Index                  int
	Key, Evaluation, Proof []byte
}
