// Package ingestclient is the journal of package anchor: ingest's JournalService.
package ingestclient

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/journal/proof"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/anchor"
)

// Journal implements anchor.Journal.
type Journal struct{ client ingestv1.JournalServiceClient }

// New returns the journal behind a connection to ingest.
func New(conn grpc.ClientConnInterface) *Journal {
	return &Journal{client: ingestv1.NewJournalServiceClient(conn)}
}

// Checkpoints returns the newest checkpoint of every stream.
func (j *Journal) Checkpoints(ctx context.Context) ([]model.StreamCheckpoint, error) {
	resp, err := j.client.ListCheckpoints(ctx, &ingestv1.ListCheckpointsRequest{})
	if err != nil {
		return nil, fmt.Errorf("anchor: list checkpoints: %w", err)
	}
	checkpoints := make([]model.StreamCheckpoint, 0, len(resp.GetCheckpoints()))
	for _, c := range resp.GetCheckpoints() {
		root, err := hashOf(c.GetRoot())
		if err != nil || c.GetSize() < 0 {
			return nil, fmt.Errorf("anchor: malformed checkpoint of stream %s", c.GetStream())
		}
		checkpoints = append(checkpoints, model.StreamCheckpoint{Stream: c.GetStream(), Size: uint64(c.GetSize()), Root: root})
	}
	return checkpoints, nil
}

// Prove returns the events of a passport under the given checkpoints. That ingest does not know an anchored checkpoint
// is a fault of the journal and no answer for the caller.
func (j *Journal) Prove(ctx context.Context, passport string, under []model.StreamCheckpoint) (anchor.Proven, error) {
	req := &ingestv1.ProvePassportEventsRequest{Passport: passport}
	for _, c := range under {
		req.Checkpoints = append(req.Checkpoints, &ingestv1.Checkpoint{Stream: c.Stream, Size: int64(c.Size), Root: c.Root[:]})
	}
	resp, err := j.client.ProvePassportEvents(ctx, req)
	switch apperr.ReasonOf(err) {
	case "CHECKPOINT_UNKNOWN":
		return anchor.Proven{}, fmt.Errorf("%w: the journal lacks an anchored checkpoint: %v", anchor.ErrDiverged, err) //nolint:errorlint // its kind must not reach the caller
	case anchor.ErrReportTooLarge.Reason:
		return anchor.Proven{}, anchor.ErrReportTooLarge.Wrap(err)
	}
	if err != nil {
		return anchor.Proven{}, fmt.Errorf("anchor: prove events: %w", err)
	}
	tag, err := eventlist.ParseTag(resp.GetTag())
	if err != nil {
		return anchor.Proven{}, fmt.Errorf("anchor: prove events: %w", err)
	}
	proven := anchor.Proven{Tag: tag, NotYetAnchored: int(resp.GetNotYetAnchored())}
	for _, e := range resp.GetEvents() {
		event, err := eventOf(e)
		if err != nil {
			return anchor.Proven{}, err
		}
		proven.Events = append(proven.Events, event)
	}
	return proven, nil
}

func eventOf(e *ingestv1.ProvenEvent) (anchor.ProvenEvent, error) {
	position := e.GetPosition()
	event := anchor.ProvenEvent{Stream: position.GetStream(), Sequence: uint64(position.GetSequence()), Leaf: e.GetLeaf()}
	for _, h := range e.GetInclusionProof() {
		hash, err := hashOf(h)
		if err != nil {
			return anchor.ProvenEvent{}, fmt.Errorf("anchor: inclusion proof of %s/%d: %w", event.Stream, event.Sequence, err)
		}
		event.Inclusion = append(event.Inclusion, proof.Hash(hash))
	}
	return event, nil
}

func hashOf(b []byte) (model.Hash, error) {
	if len(b) != len(model.Hash{}) {
		return model.Hash{}, fmt.Errorf("a hash of %d bytes", len(b))
	}
	return model.Hash(b), nil
}
