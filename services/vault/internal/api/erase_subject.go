package api

import (
	"context"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// EraseSubject implements the RPC.
func (s *SubjectServer) EraseSubject(ctx context.Context, req *vaultv1.EraseSubjectRequest) (*vaultv1.EraseSubjectResponse, error) {
	member, by, id, err := asked(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	r, certificate, err := s.Desk.Erase(ctx, member, id, by)
	if err != nil {
		return nil, err
	}
	return &vaultv1.EraseSubjectResponse{SubjectRequest: s.request(r), Certificate: s.certificate(certificate)}, nil
}
