package events

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/messaging"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/wire"
)

// PublishAlert tells that an alert was raised or has changed. recipients are the ids of the members that get it.
func PublishAlert(ctx context.Context, tx pgx.Tx, a ingest.Alert, recipients []string) error {
	message := &ingestv1.AlertRaised{Alert: wire.FromAlert(a), Recipients: make([]string, len(recipients))}
	for i, member := range recipients {
		message.Recipients[i] = "members/" + member
	}
	return messaging.Enqueue(ctx, tx, message)
}

// PublishRecalled tells that a recall covers passports, in messages of at most ingest.MaxBatchEvents of them.
func PublishRecalled(ctx context.Context, tx pgx.Tx, r ingest.Recall, passports []uuid.UUID) error {
	for some := range slices.Chunk(passports, ingest.MaxBatchEvents) {
		message := &ingestv1.RecallFound{
			Recall: r.Name, IssuedBy: "members/" + r.Member, Campaign: r.Campaign, Defect: r.Defect, IssueTime: timestamppb.New(r.IssuedAt),
			Passports: make([]string, len(some)),
		}
		for i, passport := range some {
			message.Passports[i] = "passports/" + passport.String()
		}
		if err := messaging.Enqueue(ctx, tx, message); err != nil {
			return err
		}
	}
	return nil
}
