package events

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/proto/event"
	eventsv1 "github.com/pcc-platform/pcc/proto/gen/pcc/events/v1"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
	"github.com/pcc-platform/pcc/services/ingest/internal/registryclient"
)

// Acceptance takes events in as members send them.
type Acceptance struct {
	Decode func(*pb.CloudEvent) ingest.Candidate
	Accept func(ctx context.Context, member string, candidates []ingest.Candidate) (ingest.Acknowledgement, error)
}

// RecallFound returns the consumer that journals recalls in the passports that they cover, as events of the members that issued
// them, on the way of all events. The queue has them before the message counts as handled; a message that comes again repeats
// the same events, which acceptance and writer count once.
func RecallFound(pool *pgxpool.Pool, js jetstream.JetStream, logger *slog.Logger, a Acceptance) *messaging.Consumer[*ingestv1.RecallFound] {
	return &messaging.Consumer[*ingestv1.RecallFound]{
		Service: "ingest", Pool: pool, JS: js, Logger: logger,
		New: func() *ingestv1.RecallFound { return &ingestv1.RecallFound{} },
		Handle: func(ctx context.Context, _ pgx.Tx, m *ingestv1.RecallFound) error {
			candidates, err := recallEvents(m, a.Decode)
			if err != nil {
				return fmt.Errorf("recall found: %w", err)
			}
			ack, err := a.Accept(ctx, toRecall(m).Member, candidates)
			if err != nil {
				return fmt.Errorf("recall found: %w", err)
			}
			if refused := len(ack.Rejections); refused > 0 { // the member finds them among its dead letters
				logger.WarnContext(ctx, "events of a recall refused", slog.String("recall", m.GetRecall()), slog.Int("events", refused),
					slog.String("reason", string(ack.Rejections[0].Reason)))
			}
			return nil
		},
	}
}

func recallEvents(m *ingestv1.RecallFound, decode func(*pb.CloudEvent) ingest.Candidate) ([]ingest.Candidate, error) {
	recall := toRecall(m)
	candidates := make([]ingest.Candidate, len(m.GetPassports()))
	for i, name := range m.GetPassports() {
		passport, err := registryclient.ParsePassport(name)
		if err != nil {
			return nil, err
		}
		ce, err := event.New(recall.EventID(passport), ingest.RecallSource(recall.Member), name, recall.IssuedAt,
			&eventsv1.RecallIssued{Campaign: recall.Campaign, Defect: recall.Defect})
		if err != nil {
			return nil, err
		}
		candidates[i] = decode(ce)
	}
	return candidates, nil
}
