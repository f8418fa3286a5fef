package api

import (
	"context"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// SubmitReadRequest implements the RPC.
func (s *ReadRequests) SubmitReadRequest(ctx context.Context, req *accessv1.SubmitReadRequestRequest) (*accessv1.SubmitReadRequestResponse, error) {
	passport, policy, _, err := policyName(req.GetParent())
	if err != nil {
		return nil, err
	}
	read, err := s.Rules.Submit(ctx, callerMember(ctx), passport, policy, access.Submission{
		Text: req.GetRequest().GetText(), Signatures: req.GetRequest().GetSignatures(), Consents: req.GetConsents(), Possession: req.GetPossession(),
	})
	if err != nil {
		return nil, err
	}
	r, err := fromRead(read)
	return &accessv1.SubmitReadRequestResponse{ReadRequest: r}, err
}
