package api

import (
	"context"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// GetSealingTarget implements the RPC.
func (s *Capsules) GetSealingTarget(ctx context.Context, req *accessv1.GetSealingTargetRequest) (*accessv1.GetSealingTargetResponse, error) {
	passport, err := passportID(req.GetPassport())
	if err != nil {
		return nil, err
	}
	target, err := s.Rules.Target(ctx, passport)
	if err != nil {
		return nil, err
	}
	return &accessv1.GetSealingTargetResponse{
		Policy: string(target.Policy), KeyNumber: target.KeyNumber, PublicKey: target.Public[:],
	}, nil
}
