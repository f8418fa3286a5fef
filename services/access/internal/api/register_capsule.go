package api

import (
	"context"

	rules "github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/threshold"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// RegisterCapsule implements the RPC.
func (s *Capsules) RegisterCapsule(ctx context.Context, req *accessv1.RegisterCapsuleRequest) (*accessv1.RegisterCapsuleResponse, error) {
	passport, err := passportID(req.GetPassport())
	if err != nil {
		return nil, err
	}
	label, err := rules.ParseLabel([]byte(req.GetCapsule().GetLabel()))
	if err != nil {
		return nil, access.ErrCapsuleInvalid
	}
	capsule := access.Capsule{Label: label, Bytes: threshold.Capsule(req.GetCapsule().GetCapsule())}
	to := access.Recipient{Kind: rules.X25519, Key: req.GetRecipientKey(), Context: [32]byte(req.GetContext())}
	sealed, err := s.Rules.Register(ctx, callerMember(ctx), passport, capsule, to)
	if err != nil {
		return nil, err
	}
	return &accessv1.RegisterCapsuleResponse{SealedShred: sealed}, nil
}
