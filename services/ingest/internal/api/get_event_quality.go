package api

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// GetEventQuality implements the RPC.
func (s *IngestService) GetEventQuality(ctx context.Context, req *ingestv1.GetEventQualityRequest) (*ingestv1.GetEventQualityResponse, error) {
	parent, event, _ := strings.Cut(req.GetName(), "/events/")
	passport, err := passportID(parent, "name")
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(event)
	if err != nil {
		return nil, apperr.InvalidField("name", "the event's id is not a UUID")
	}
	q, err := s.ingest.EventQuality(ctx, authn.FromContext(ctx).Member, passport, id)
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.GetEventQualityResponse{AtIngest: explanationToProto(&q.AtIngest), Now: explanationToProto(&q.Now)}
	for _, m := range q.Recent {
		resp.RecentMarks = append(resp.RecentMarks, &ingestv1.RecentMark{
			Event: ingest.EventName(m.Passport, m.Event), Outcome: wire.FromOutcome(m.Outcome), CreateTime: timestamppb.New(m.CreatedAt),
		})
	}
	return resp, nil
}

func explanationToProto(e *ingest.Explanation) *ingestv1.QualityExplanation {
	if e.Quality.Inputs.Kind == "" { // journaled before indices were computed
		return &ingestv1.QualityExplanation{Quality: &ingestv1.Quality{Index: int32(e.Quality.Index), PolicyVersion: e.Quality.Policy}}
	}
	out := &ingestv1.QualityExplanation{
		Quality: wire.FromQuality(&e.Quality), Credibility: int64(e.Score.Credibility), Uncertainty: int64(e.Score.Uncertainty),
	}
	for _, c := range e.Contributions {
		out.Contributions = append(out.Contributions, &ingestv1.QualityContribution{
			Dimension: c.Dimension, Value: int64(c.Value), Weight: int64(c.Weight), Factor: int64(c.Factor),
		})
	}
	return out
}
