package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// ExtendSubjectRequest implements the RPC.
func (s *SubjectServer) ExtendSubjectRequest(ctx context.Context, req *vaultv1.ExtendSubjectRequestRequest) (*vaultv1.ExtendSubjectRequestResponse, error) {
	member, by, id, err := asked(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	r, err := s.Desk.Extend(ctx, member, id, by, extensions.word(req.GetReason()))
	if err != nil {
		return nil, err
	}
	return &vaultv1.ExtendSubjectRequestResponse{SubjectRequest: s.request(r)}, nil
}
