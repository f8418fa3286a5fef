package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// IssueBridgeCredentials implements pcc.registry.v1.DeviceService.
func (s *Devices) IssueBridgeCredentials(ctx context.Context, req *registryv1.IssueBridgeCredentialsRequest) (*registryv1.IssueBridgeCredentialsResponse, error) {
	member := wire.MemberID(req.GetMember())
	if _, err := s.Store.Member(ctx, member); err != nil {
		return nil, err
	}
	credentials, err := s.Accounts.BridgeCredentials(member)
	if err != nil {
		return nil, err
	}
	return &registryv1.IssueBridgeCredentialsResponse{Credentials: credentials}, nil
}
