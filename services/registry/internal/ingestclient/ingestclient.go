// Package ingestclient reads the histories of passports from ingest's journal.
package ingestclient

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// Client implements registry.Journal.
type Client struct{ journal ingestv1.JournalServiceClient }

var _ registry.Journal[*ingestv1.Event] = Client{}

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
		return registry.Entry[*ingestv1.Event]{
			Member: wire.MemberID(e.GetMember()), Quality: int64(e.GetQuality().GetIndex()),
			ReceiveTime: e.GetReceiveTime().AsTime(), Event: e,
		}
	}), nil
}
