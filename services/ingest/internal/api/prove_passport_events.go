package api

import (
	"context"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// ProvePassportEvents implements the RPC.
func (s *JournalService) ProvePassportEvents(ctx context.Context, req *ingestv1.ProvePassportEventsRequest) (*ingestv1.ProvePassportEventsResponse, error) {
	passport, err := passportID(req.GetPassport(), "passport")
	if err != nil {
		return nil, err
	}
	at := make([]ingest.Checkpoint, len(req.GetCheckpoints()))
	for i, cp := range req.GetCheckpoints() {
		if cp.GetSize() <= 0 || len(cp.GetRoot()) != len(ingest.Hash{}) {
			return nil, ingest.ErrCheckpointUnknown
		}
		at[i] = ingest.Checkpoint{Stream: cp.GetStream(), Size: uint64(cp.GetSize()), Root: ingest.Hash(cp.GetRoot())}
	}
	proven, err := s.journal.ProvePassport(ctx, passport, at)
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.ProvePassportEventsResponse{Events: make([]*ingestv1.ProvenEvent, len(proven.Events)), NotYetAnchored: int32(proven.After), Tag: proven.Tag[:]}
	for i := range proven.Events {
		p := &proven.Events[i]
		resp.Events[i] = &ingestv1.ProvenEvent{Position: positionToProto(&p.Position), Leaf: p.Leaf, InclusionProof: make([][]byte, len(p.Proof))}
		for j := range p.Proof {
			resp.Events[i].InclusionProof[j] = p.Proof[j][:]
		}
	}
	return resp, nil
}
