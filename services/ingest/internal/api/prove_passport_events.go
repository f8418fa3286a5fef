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
		resp.Events[i] = provenToProto(&proven.Events[i])
	}
	return resp, nil
}

func provenToProto(p *ingest.ProvenEvent) *ingestv1.ProvenEvent {
	out := &ingestv1.ProvenEvent{Position: positionToProto(&p.Position), Leaf: p.Leaf, InclusionProof: hashesToProto(p.Proof)}
	if p.Statement != nil {
		out.Signature = &ingestv1.ShownSignature{Statement: p.Statement, Path: hashesToProto(p.Path)}
	}
	return out
}

func hashesToProto(hashes []ingest.Hash) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
}
