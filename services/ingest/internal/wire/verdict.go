package wire

import (
	"github.com/google/uuid"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
)

// FromVerdict returns the verdict on a passport's odometer as it is sent.
func FromVerdict(passport uuid.UUID, r *adjudication.Result) *ingestv1.OdometerVerdict {
	out := &ingestv1.OdometerVerdict{
		Verdict: verdictKind(r.Verdict), Confidence: int32(r.Confidence), PolicyVersion: r.Policy, BelievedMetres: r.Metres,
	}
	for _, f := range r.Findings {
		finding := &ingestv1.OdometerFinding{
			Code: string(f.Code), Verdict: verdictKind(f.Verdict), Confidence: int32(f.Confidence), Text: f.Text(), Needs: f.Needs(),
		}
		for _, id := range f.Evidence {
			finding.Evidence = append(finding.Evidence, ingest.EventName(passport, ingest.EventOf(id)))
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
