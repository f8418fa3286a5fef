package ingest

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/eventlist"
)

const (
	// MaxReportEvents bounds the events of a passport in one answer.
	MaxReportEvents = 10_000
	// MaxReportBytes bounds the bytes of their leaves, so that they fit into a gRPC message of 16 MiB.
	MaxReportBytes = 8 << 20
	// MaxProvenBytes bounds the leaves of a passport with their proofs, so that they fit into a gRPC message of 16 MiB.
	MaxProvenBytes = 15 << 20
	// MaxProofBytes is what a proof has at most: 30 hashes, position, and their framing.
	MaxProofBytes = 30*(32+2) + 180
)

// Checkpoint is the state of a stream's Merkle tree at one size.
type Checkpoint struct {
	Stream    string
	Size      uint64
	Root      Hash
	CreatedAt time.Time
}

// Leaf is an entry of a journal stream.
type Leaf struct {
	Position Position
	// ListKey names the list that the leaf belongs to; zero for none.
	ListKey eventlist.Key
	// Frame is the framed leaf, byte for byte.
	Frame []byte
}

// ProvenEvent is a leaf of the journal with its way to the root of its stream.
type ProvenEvent struct {
	Position Position
	// Leaf is the framed leaf, byte for byte.
	Leaf []byte
	// Proof is the hashes from leaf to root.
	Proof []Hash
	// Statement is the sealed statement that the leaf names, and Path the hashes from the event to its root; nil when the event's
	// source did not sign.
	Statement []byte
	Path      []Hash
}

// ProvenPassport is what the journal proves of a passport under given checkpoints.
type ProvenPassport struct {
	// Tag is the vehicle's public tag, zero when there are no events.
	Tag eventlist.Tag
	// Events are those within the checkpoints, oldest first; After counts those behind them.
	Events []ProvenEvent
	After  int
}

// JournalReader reads the journal of all members, for services of the platform.
type JournalReader interface {
	// PassportEvents returns the events of a passport, oldest first. Error: ErrReportTooLarge.
	PassportEvents(ctx context.Context, passport uuid.UUID) ([]JournaledEvent, error)
	// History returns the events of a passport that were accepted by a time, with the inputs of their quality, newest first.
	// Error: ErrReportTooLarge.
	History(ctx context.Context, passport uuid.UUID, asOf time.Time) ([]Event, error)
	// ProvePassport returns the leaves of a passport that lie within the checkpoints, with their proofs.
	// Errors: ErrReportTooLarge, ErrCheckpointUnknown.
	ProvePassport(ctx context.Context, passport uuid.UUID, at []Checkpoint) (ProvenPassport, error)
}
