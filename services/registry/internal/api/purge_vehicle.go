package api

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/eventlist"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// PurgeVehicle implements pcc.registry.v1.PurgeService.
func (s *Purges) PurgeVehicle(ctx context.Context, req *registryv1.PurgeVehicleRequest) (*registryv1.PurgeVehicleResponse, error) {
	tag, err := eventlist.ParseTag(req.GetTag())
	if err != nil {
		return nil, err
	}
	now := s.Now()
	if err := s.Store.AddErasureNotice(ctx, tag, now); err != nil {
		return nil, err
	}
	return &registryv1.PurgeVehicleResponse{Receipts: []*vaultv1.PurgeReceipt{
		{
			Store: "registry/passport", Time: timestamppb.New(now),
			Kept: "the passport under its random name, with the vehicle's handle and tag as a tombstone; it never held a VIN or a person",
		},
		{
			Store: "members' own systems", Time: timestamppb.New(now),
			Kept: "what members hold of their own, which a notice asks them to delete; replicas of the journal hold no person",
		},
	}}, nil
}
