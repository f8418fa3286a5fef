package api

import (
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// standingToProto returns nil for an event that nobody corrected or disputed.
func standingToProto(passport uuid.UUID, s *ingest.Standing) *ingestv1.EventStanding {
	if s.CorrectedBy == uuid.Nil && len(s.Disputes) == 0 {
		return nil
	}
	out := &ingestv1.EventStanding{Withdrawn: s.Withdrawn(), Disputed: s.Disputed()}
	if s.CorrectedBy != uuid.Nil {
		out.CorrectedBy, out.CorrectTime = eventName(passport, s.CorrectedBy.String()), timestamppb.New(s.CorrectedAt)
		out.CorrectedInTime = s.InTime
	}
	for i := range s.Disputes {
		d := &s.Disputes[i]
		dispute := &ingestv1.Dispute{
			OpenedBy: eventName(passport, d.OpenedBy.String()), OpenTime: timestamppb.New(d.OpenedAt), Deadline: timestamppb.New(d.Deadline),
			State: disputeState(d.State),
		}
		if d.ResolvedBy != uuid.Nil {
			dispute.ResolvedBy = eventName(passport, d.ResolvedBy.String())
		}
		out.Disputes = append(out.Disputes, dispute)
	}
	return out
}

func disputeState(s ingest.DisputeState) ingestv1.DisputeState {
	switch s {
	case ingest.DisputeOpen:
		return ingestv1.DisputeState_DISPUTE_STATE_OPEN
	case ingest.DisputeUpheld:
		return ingestv1.DisputeState_DISPUTE_STATE_UPHELD
	case ingest.DisputeDropped:
		return ingestv1.DisputeState_DISPUTE_STATE_DROPPED
	case ingest.DisputeExpired:
		return ingestv1.DisputeState_DISPUTE_STATE_EXPIRED
	}
	return ingestv1.DisputeState_DISPUTE_STATE_UNSPECIFIED
}
