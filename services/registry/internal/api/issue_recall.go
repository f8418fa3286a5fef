package api

import (
	"context"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/postgres"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// IssueRecall implements pcc.registry.v1.RecallService.
func (s *Recalls) IssueRecall(ctx context.Context, req *registryv1.IssueRecallRequest) (*registryv1.IssueRecallResponse, error) {
	recall := registry.Recall{
		Member: callerMember(ctx), Campaign: req.GetCampaign(), Defect: req.GetDefect(),
		Ranges: wire.All(req.GetRanges(), wire.ToVINRange), PartNumbers: req.GetPartNumbers(),
	}
	if err := registry.CheckRanges(ctx, s.Vault, recall.Ranges); err != nil {
		return nil, err
	}
	return postgres.Once(ctx, s.Store, "IssueRecall", req, &registryv1.IssueRecallResponse{},
		func(tx postgres.Tx) (*registryv1.IssueRecallResponse, error) {
			issued, err := s.Rules.IssueRecall(ctx, tx, recall)
			if err != nil {
				return nil, err
			}
			return &registryv1.IssueRecallResponse{Recall: wire.FromRecall(issued)}, nil
		})
}
