package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// GetOdometerVerdict implements the RPC.
func (s *IngestService) GetOdometerVerdict(ctx context.Context, req *ingestv1.GetOdometerVerdictRequest) (*ingestv1.GetOdometerVerdictResponse, error) {
	passport, err := passportID(req.GetPassport(), "passport")
	if err != nil {
		return nil, err
	}
	verdict, err := s.ingest.OwnVerdict(ctx, authn.FromContext(ctx).Member, passport)
	if err != nil {
		return nil, err
	}
	return &ingestv1.GetOdometerVerdictResponse{Verdict: verdictToProto(passport, &verdict)}, nil
}

func verdictToProto(passport uuid.UUID, r *adjudication.Result) *ingestv1.OdometerVerdict {
	out := &ingestv1.OdometerVerdict{
		Verdict: verdictKind(r.Verdict), Confidence: int32(r.Confidence), PolicyVersion: r.Policy, BelievedMetres: r.Metres,
	}
	for _, f := range r.Findings {
		finding := &ingestv1.OdometerFinding{
			Code: string(f.Code), Verdict: verdictKind(f.Verdict), Confidence: int32(f.Confidence), Text: f.Text(), Needs: f.Needs(),
		}
		for _, id := range f.Evidence {
			finding.Evidence = append(finding.Evidence, eventName(passport, ingest.EventOf(id).String()))
		}
		for _, w := range f.Weights {
			finding.Weights = append(finding.Weights, &ingestv1.EvidenceWeight{Evidence: w.For, Decibans: int32(w.Decibans)})
		}
		out.Findings = append(out.Findings, finding)
	}
	return out
}

func verdictKind(v adjudication.Verdict) ingestv1.Verdict {
	switch v {
	case adjudication.Consistent:
		return ingestv1.Verdict_VERDICT_CONSISTENT
	case adjudication.Explained:
		return ingestv1.Verdict_VERDICT_EXPLAINED
	case adjudication.Insufficient:
		return ingestv1.Verdict_VERDICT_INSUFFICIENT
	case adjudication.ErrorSuspected:
		return ingestv1.Verdict_VERDICT_ERROR_SUSPECTED
	case adjudication.RollbackSuspected:
		return ingestv1.Verdict_VERDICT_ROLLBACK_SUSPECTED
	case adjudication.RollbackEstablished:
		return ingestv1.Verdict_VERDICT_ROLLBACK_ESTABLISHED
	}
	return ingestv1.Verdict_VERDICT_UNSPECIFIED
}

func eventName(passport uuid.UUID, event string) string {
	return "passports/" + passport.String() + "/events/" + event
}
