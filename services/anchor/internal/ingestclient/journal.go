// Package ingestclient is the journal of package anchor: the streams of all services, and ingest's events in them.
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
	journalv1 "github.com/pcc-platform/pcc/proto/gen/pcc/journal/v1"
	"github.com/pcc-platform/pcc/services/anchor"
	"github.com/pcc-platform/pcc/services/anchor/internal/journalclient"
	"github.com/pcc-platform/pcc/verify"
)

// Journal implements anchor.Journal.
type Journal struct {
	*journalclient.Logs
	client ingestv1.JournalServiceClient
}

// New returns the journal of events behind a connection to ingest, which are in the streams of logs.
func New(conn grpc.ClientConnInterface, logs *journalclient.Logs) *Journal {
	return &Journal{Logs: logs, client: ingestv1.NewJournalServiceClient(conn)}
}

// Prove returns the events of a passport under the given checkpoints. That ingest does not know an anchored checkpoint
// is a fault of the journal and no answer for the caller.
func (j *Journal) Prove(ctx context.Context, passport string, under []model.StreamCheckpoint) (anchor.Proven, error) {
	req := &ingestv1.ProvePassportEventsRequest{Passport: passport}
	for _, c := range under {
		req.Checkpoints = append(req.Checkpoints, &journalv1.Checkpoint{Stream: c.Stream, Size: int64(c.Size), Root: c.Root[:]})
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
	if s := e.GetSignature(); s != nil {
		event.Signature = &verify.Signature{Statement: s.GetStatement(), Path: s.GetPath()}
	}
	return event, nil
}

func hashOf(b []byte) (model.Hash, error) {
	if len(b) != len(model.Hash{}) {
		return model.Hash{}, fmt.Errorf("a hash of %d bytes", len(b))
	}
	return model.Hash(b), nil
}
