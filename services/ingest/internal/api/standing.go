package api

import (
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// standingToProto returns nil for an event that nobody corrected, disputed or refuted.
func standingToProto(passport uuid.UUID, s *ingest.Standing) *ingestv1.EventStanding {
	if s.CorrectedBy == uuid.Nil && len(s.Disputes) == 0 && !s.Refuted {
		return nil
	}
	out := &ingestv1.EventStanding{Withdrawn: s.Withdrawn(), Disputed: s.Disputed(), Refuted: s.Refuted}
	if s.CorrectedBy != uuid.Nil {
		out.CorrectedBy, out.CorrectTime = ingest.EventName(passport, s.CorrectedBy), timestamppb.New(s.CorrectedAt)
		out.CorrectedInTime = s.InTime
	}
	for i := range s.Disputes {
		out.Disputes = append(out.Disputes, disputeToProto(passport, &s.Disputes[i]))
	}
	return out
}

func disputeToProto(passport uuid.UUID, d *ingest.Dispute) *ingestv1.Dispute {
	out := &ingestv1.Dispute{
		OpenedBy: ingest.EventName(passport, d.OpenedBy), Opener: "members/" + d.Opener, OpenTime: timestamppb.New(d.OpenedAt),
		Deadline: timestamppb.New(d.Deadline), Reason: d.Reason, State: disputeState(d.State),
	}
	for i := range d.Evidence {
		out.Evidence = append(out.Evidence, exhibitToProto(&d.Evidence[i]))
	}
	if d.ResolvedBy != uuid.Nil {
		out.ResolvedBy, out.Resolver = ingest.EventName(passport, d.ResolvedBy), "members/"+d.Resolver
		out.ResolveTime, out.Finding = timestamppb.New(d.ResolvedAt), d.Finding
	}
	return out
}

func exhibitToProto(e *ingest.Exhibit) *eventsv1.Exhibit {
	if !e.IsDocument() {
		return &eventsv1.Exhibit{Item: &eventsv1.Exhibit_EventId{EventId: e.Event.String()}}
	}
	return &eventsv1.Exhibit{Item: &eventsv1.Exhibit_Document{
		Document: &eventsv1.DocumentDigest{Sha256: e.Document[:], MediaType: e.MediaType},
	}}
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
	case ingest.DisputeDismissed:
		return ingestv1.DisputeState_DISPUTE_STATE_DISMISSED
	}
	return ingestv1.DisputeState_DISPUTE_STATE_UNSPECIFIED
}
