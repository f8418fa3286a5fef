package wire

import (
	"time"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/adjudication"
	"github.com/pcc-platform/pcc/services/ingest/quality"
)

// FromQuality returns q with its inputs, as it is journaled.
func FromQuality(q *ingest.Quality) *ingestv1.Quality {
	return &ingestv1.Quality{
		Index: int32(q.Index), PolicyVersion: q.Policy,
		Inputs: &ingestv1.QualityInputs{
			DataKind: string(q.Inputs.Kind), BaseRate: int64(q.Inputs.BaseRate),
			Confirmations: int64(q.Inputs.Confirmations), Refutations: int64(q.Inputs.Refutations), Marks: q.Marks,
			Plausibility: int64(q.Inputs.Plausibility), Provenance: int64(q.Inputs.Provenance), Completeness: int64(q.Inputs.Completeness),
			DelayUs: q.Inputs.Delay.Microseconds(), Corroborators: int64(q.Inputs.Corroborators), Withdrawn: q.Inputs.Withdrawn,
			PlausibilityReason: string(q.Reason), OdometerPolicyVersion: q.OdometerPolicy,
			SourceClass: string(q.Class),
		},
	}
}

// ToQuality reads what FromQuality made.
func ToQuality(in *ingestv1.Quality) ingest.Quality {
	q := ingest.Quality{
		Index: int(in.GetIndex()), Policy: in.GetPolicyVersion(), Inputs: ToInputs(in.GetInputs()), Marks: in.GetInputs().GetMarks(),
		Class:  ingest.Class(in.GetInputs().GetSourceClass()),
		Reason: adjudication.Code(in.GetInputs().GetPlausibilityReason()), OdometerPolicy: in.GetInputs().GetOdometerPolicyVersion(),
	}
	if in.GetInputs() == nil { // of a release that knew nothing but the base rate, in percent
		q.Inputs.BaseRate = quality.Millionths(in.GetIndex()) * (quality.One / 100)
	}
	return q
}

// ToInputs reads the inputs of an index.
func ToInputs(in *ingestv1.QualityInputs) quality.Inputs {
	return quality.Inputs{
		Kind: quality.Kind(in.GetDataKind()), BaseRate: quality.Millionths(in.GetBaseRate()),
		Confirmations: quality.Millionths(in.GetConfirmations()), Refutations: quality.Millionths(in.GetRefutations()),
		Plausibility: quality.Millionths(in.GetPlausibility()), Provenance: quality.Millionths(in.GetProvenance()),
		Completeness: quality.Millionths(in.GetCompleteness()), Delay: time.Duration(in.GetDelayUs()) * time.Microsecond,
		Corroborators: int(in.GetCorroborators()), Withdrawn: in.GetWithdrawn(),
	}
}

// FromOutcome returns an outcome as it is sent and journaled.
func FromOutcome(o quality.Outcome) ingestv1.MarkOutcome {
	switch o {
	case quality.Confirmed:
		return ingestv1.MarkOutcome_MARK_OUTCOME_CONFIRMED
	case quality.Refuted:
		return ingestv1.MarkOutcome_MARK_OUTCOME_REFUTED
	case quality.Forgiven:
		return ingestv1.MarkOutcome_MARK_OUTCOME_FORGIVEN
	}
	return ingestv1.MarkOutcome_MARK_OUTCOME_UNSPECIFIED
}

// ToOutcome reads what FromOutcome made.
func ToOutcome(o ingestv1.MarkOutcome) quality.Outcome {
	switch o {
	case ingestv1.MarkOutcome_MARK_OUTCOME_CONFIRMED:
		return quality.Confirmed
	case ingestv1.MarkOutcome_MARK_OUTCOME_REFUTED:
		return quality.Refuted
	case ingestv1.MarkOutcome_MARK_OUTCOME_FORGIVEN:
		return quality.Forgiven
	default:
		return ""
	}
}
