package anchor

import (
	"context"
	"iter"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/epoch"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/headmap"
	headproof "github.com/pcc-platform/pcc/internal/headmap/proof"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/verify"
)

// Store keeps candidates, what they made of streams and lists, and epochs; every method is a transaction of its own.
type Store interface {
	// Lead runs f if no other process is leading, and says whether it did.
	Lead(ctx context.Context, f func(context.Context) error) (led bool, err error)
	// Last returns the last anchored epoch, or nil.
	Last(ctx context.Context) (*Epoch, error)
	// Waiting returns at most limit epochs that were cut and are not anchored, in their order.
	Waiting(ctx context.Context, limit int) ([]Epoch, error)
	// Uncosigned returns at most limit of them that have no note, in their order.
	Uncosigned(ctx context.Context, limit int) ([]Epoch, error)
	// CountWaiting counts them.
	CountWaiting(ctx context.Context) (int, error)
	// HasCandidate says whether this record was cut here.
	HasCandidate(ctx context.Context, number uint64, hash model.Hash) (bool, error)
	// AddCandidate keeps a record with what its entries made of streams and lists, and appends it to the index, whose state
	// must then be the given one.
	AddCandidate(ctx context.Context, c Candidate, change *epoch.Change, index headproof.List) error
	// IndexRoot returns the root of the index of a size.
	IndexRoot(ctx context.Context, size uint64) (proof.Hash, error)
	// AddNote keeps a cosigned checkpoint of the index at the size that is an epoch's number.
	AddNote(ctx context.Context, number uint64, note []byte) error
	// Anchor records that the ledger holds c, and publishes EpochAnchored.
	Anchor(ctx context.Context, c Candidate, tx Transaction) error

	// LastCandidate returns the candidate that was cut last, or nil.
	LastCandidate(ctx context.Context) (*Candidate, error)
	// State returns the state after the last candidate, whose map is given.
	State(ctx context.Context, last Candidate, heads *headmap.Map) (epoch.State, error)
	ListStore

	// Epoch returns the epoch of that number, or ErrEpochNotFound.
	Epoch(ctx context.Context, number uint64) (Epoch, error)
	// Epochs returns at most limit epochs with numbers below before, newest first.
	Epochs(ctx context.Context, before uint64, limit int) ([]Epoch, error)
}

// Ledger is the channel. A refusal by the contracts is a *model.Error; other errors mean that the outcome is not known.
type Ledger interface {
	// SubmitEpoch returns once the record, with the cosigned checkpoint of the index that ends with it, is committed.
	SubmitEpoch(ctx context.Context, text string, note []byte) (Commit, error)
	// LatestEpoch returns the canonical text of the last epoch, or ErrNotOnLedger.
	LatestEpoch(ctx context.Context) (text string, err error)
	// FindEpoch returns the transaction that wrote an epoch.
	FindEpoch(ctx context.Context, number uint64) (Commit, error)
	// Height returns the number of blocks.
	Height(ctx context.Context) (uint64, error)
	// RegisterMember returns the transaction's id once the record is committed.
	RegisterMember(ctx context.Context, text string) (transactionID string, err error)
	// Member returns the canonical text of a member's latest record, or ErrNotOnLedger.
	Member(ctx context.Context, id string) (text string, err error)
}

// Cosigners are the witnesses.
type Cosigners interface {
	// Cosign returns the checkpoint of the index of a size, signed by us and cosigned by enough of them.
	Cosign(ctx context.Context, size uint64, root proof.Hash) (note []byte, err error)
}

// Journal is the journal of all services.
type Journal interface {
	// Checkpoints returns the newest checkpoint of every stream, ascending by name.
	Checkpoints(ctx context.Context) ([]model.StreamCheckpoint, error)
	// Entries yields a part of a stream, in order, in pieces.
	Entries(ctx context.Context, r epoch.Range) iter.Seq2[[]proof.Entry, error]
	// Prove returns the events of a passport ("passports/…") under the given checkpoints.
	Prove(ctx context.Context, passport string, under []model.StreamCheckpoint) (Proven, error)
}

// Proven is what a journal can prove of a passport.
type Proven struct {
	// Tag is the vehicle's public tag.
	Tag    eventlist.Tag
	Events []ProvenEvent
	// NotYetAnchored counts the events after the checkpoints.
	NotYetAnchored int
}

// ProvenEvent is a leaf with its way to the root of its stream.
type ProvenEvent struct {
	Stream    string
	Sequence  uint64
	Leaf      []byte       // framed, byte for byte
	Inclusion []proof.Hash // leaf to root
	// Signature is what verifies its source's signature, nil when that did not sign.
	Signature *verify.Signature
}

// Reads knows the paid reads.
type Reads interface {
	// Verify returns READ_NOT_FOUND unless payer ("members/…") has paid to read the passport.
	Verify(ctx context.Context, read, payer, passport string) error
}
