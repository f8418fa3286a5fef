// Package ingestclient reads the histories of passports from ingest's journal.
package ingestclient

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/eventlist"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// Client implements registry.Journal.
type Client struct{ journal ingestv1.JournalServiceClient }

var _ registry.Journal[*ingestv1.Event, *ingestv1.OdometerVerdict] = Client{}

// New returns a client over a connection to ingest.
func New(conn grpc.ClientConnInterface) Client {
	return Client{journal: ingestv1.NewJournalServiceClient(conn)}
}

// History returns all events of a passport by the time of their acceptance. Ingest refuses more than a report holds with
// registry.ErrReportTooLarge.
func (c Client) History(ctx context.Context, passport string) ([]registry.Entry[*ingestv1.Event], error) {
	resp, err := c.journal.ListPassportEvents(ctx, &ingestv1.ListPassportEventsRequest{Passport: wire.PassportName(passport)})
	if err != nil {
		return nil, fmt.Errorf("ingestclient: list passport events: %w", err)
	}
	return wire.All(resp.GetEvents(), func(e *ingestv1.Event) registry.Entry[*ingestv1.Event] {
		field, quality := worth(e)
		return registry.Entry[*ingestv1.Event]{
			Member: wire.MemberID(e.GetMember()), Quality: quality, Field: field, ReceiveTime: e.GetReceiveTime().AsTime(), Event: e,
		}
	}), nil
}

// worth is the field that an event answers and its index there, as they count in the division of a report's price. What was
// withdrawn or refuted counts nothing, nor does what only speaks of another event: else every reader would pay for taking back
// one's own data and disputing others'.
func worth(e *ingestv1.Event) (field string, quality int64) {
	occurred := e.GetCloudEvent().GetAttributes()["time"].GetCeTimestamp().AsTime()
	field, answers := eventlist.FieldOf(e.GetCloudEvent().GetType(), occurred)
	if !answers || e.GetStanding().GetWithdrawn() || e.GetStanding().GetRefuted() {
		return field, 0
	}
	return field, int64(e.GetQuality().GetIndex())
}

// Verdict returns the verdict on a passport's mileages that were accepted by a time, zero for all.
func (c Client) Verdict(ctx context.Context, passport string, asOf time.Time) (*ingestv1.OdometerVerdict, error) {
	req := &ingestv1.GetPassportVerdictRequest{Passport: wire.PassportName(passport)}
	if !asOf.IsZero() {
		req.AsOf = timestamppb.New(asOf)
	}
	resp, err := c.journal.GetPassportVerdict(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("ingestclient: get the verdict of a passport: %w", err)
	}
	return resp.GetVerdict(), nil
}
