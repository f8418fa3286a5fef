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
}
