package wire

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/alert"
)

// FromAlert returns a as it is sent.
func FromAlert(a ingest.Alert) *ingestv1.Alert {
	out := &ingestv1.Alert{
		Name: "alerts/" + a.ID.String(), Passport: "passports/" + a.Passport.String(), Kind: fromAlertKind(a.Kind),
		State: ingestv1.AlertState_ALERT_STATE_OPEN, Cause: a.Cause, CauseTime: timestamppb.New(a.CauseAt),
		Evidence: a.Evidence, EvidenceTime: timestamppb.New(a.EvidenceAt), Campaign: a.Campaign,
		RaiseTime: timestamppb.New(a.RaisedAt), Position: a.Position,
	}
	if a.ExplainedAt != nil {
		out.State, out.ExplainTime = ingestv1.AlertState_ALERT_STATE_EXPLAINED, timestamppb.New(*a.ExplainedAt)
	}
	if a.AcknowledgedAt != nil {
		out.AcknowledgeTime, out.AcknowledgedBy = timestamppb.New(*a.AcknowledgedAt), a.AcknowledgedBy
	}
	return out
}

func fromAlertKind(k alert.Kind) ingestv1.AlertKind {
	switch k {
	case alert.WreckOnRoad:
		return ingestv1.AlertKind_ALERT_KIND_WRECK_ON_ROAD
	case alert.StolenSeen:
		return ingestv1.AlertKind_ALERT_KIND_STOLEN_SEEN
	case alert.RollbackSuspected:
		return ingestv1.AlertKind_ALERT_KIND_ROLLBACK_SUSPECTED
	case alert.CodesClearedBeforeSale:
		return ingestv1.AlertKind_ALERT_KIND_CODES_CLEARED_BEFORE_SALE
	case alert.RecallOpen:
		return ingestv1.AlertKind_ALERT_KIND_RECALL_OPEN
	}
	return ingestv1.AlertKind_ALERT_KIND_UNSPECIFIED
}
