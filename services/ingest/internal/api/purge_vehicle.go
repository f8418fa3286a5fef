package api

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/eventlist"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// PurgeService implements pcc.ingest.v1.PurgeService.
type PurgeService struct {
	ingestv1.UnimplementedPurgeServiceServer
	Purger *ingest.Purger
}

// PurgeVehicle implements the RPC.
func (s *PurgeService) PurgeVehicle(ctx context.Context, req *ingestv1.PurgeVehicleRequest) (*ingestv1.PurgeVehicleResponse, error) {
	tag, err := eventlist.ParseTag(req.GetTag())
	if err != nil {
		return nil, err
	}
	done, err := s.Purger.PurgeVehicle(ctx, tag, req.GetVin())
	if err != nil {
		return nil, err
	}
	at := timestamppb.New(done.Time)
	return &ingestv1.PurgeVehicleResponse{Receipts: []*vaultv1.PurgeReceipt{
		{Store: "ingest/INGEST", Time: at}, // drained: nothing waits that was there before
		{Store: "ingest/dead_letter", Purged: done.DeadLetters, Time: at},
		{
			Store: "ingest/event", Time: at,
			Kept: "events and their journal under the passport's random name, which nothing leads from to a person; confidential fields are sealed",
		},
	}}, nil
}
