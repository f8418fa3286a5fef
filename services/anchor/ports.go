package anchor

import (
	"context"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	"github.com/pcc-platform/pcc/verify"
)

// Store keeps candidates and epochs; every method is a transaction of its own.
type Store interface {
	// Lead runs f if no other process is leading, and says whether it did.
	Lead(ctx context.Context, f func(context.Context) error) (led bool, err error)
	// Last returns the last anchored epoch, or nil.
	Last(ctx context.Context) (*Epoch, error)
	// Pending returns the newest candidate that follows the last anchored epoch, or nil.
	Pending(ctx context.Context) (*Candidate, error)
	// HasCandidate says whether this record was cut here.
	HasCandidate(ctx context.Context, number uint64, hash model.Hash) (bool, error)
	AddCandidate(ctx context.Context, c Candidate) error
	// Anchor records that the ledger holds c, and publishes EpochAnchored.
	Anchor(ctx context.Context, c Candidate, tx Transaction) error

	// Epoch returns the epoch of that number, or ErrEpochNotFound.
	Epoch(ctx context.Context, number uint64) (Epoch, error)
	// Epochs returns at most limit epochs with numbers below before, newest first.
	Epochs(ctx context.Context, before uint64, limit int) ([]Epoch, error)
}

// Ledger is the channel. A refusal by the contracts is a *model.Error; other errors mean that the outcome is not known.
type Ledger interface {
	// SubmitEpoch returns once the record is committed.
	SubmitEpoch(ctx context.Context, text string) (Commit, error)
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

// Journal is the journal of events.
type Journal interface {
	// Checkpoints returns the newest checkpoint of every stream.
	Checkpoints(ctx context.Context) ([]model.StreamCheckpoint, error)
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
