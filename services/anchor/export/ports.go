package export

import (
	"context"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/headmap"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/services/anchor"
)

// Store knows what was anchored.
type Store interface {
	// Last returns the last anchored epoch, or nil.
	Last(ctx context.Context) (*anchor.Epoch, error)
	// IndexPath returns the way from a record to the root of the index of a size.
	IndexPath(ctx context.Context, number, size uint64) ([]proof.Hash, error)
	// EpochsOf returns the number of the epoch that took each entry of a stream, in the order of the entries, which ascend.
	EpochsOf(ctx context.Context, stream string, entries []uint64) ([]uint64, error)
}

// Heads knows the map of completeness.
type Heads interface {
	// At returns the map as of an epoch.
	At(ctx context.Context, number uint64) (*headmap.Map, error)
}

// Journal is the journal of events.
type Journal interface {
	// Prove returns the events of a passport ("passports/…") under the given checkpoints, which are of streams of events.
	Prove(ctx context.Context, passport string, under []model.StreamCheckpoint) (anchor.Proven, error)
}

// Reads knows the paid reads.
type Reads interface {
	// Verify returns READ_NOT_FOUND unless payer ("members/…") has paid to read the passport.
	Verify(ctx context.Context, read, payer, passport string) error
}

// Position is where in the journal an event stands.
type Position struct {
	Stream   string
	Sequence uint64
}

// Withheld says what a document does not show.
type Withheld struct {
	Classes []eventlist.Class
	Events  []Position
}
