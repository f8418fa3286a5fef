package api

import (
	"context"

	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// GetConfidentialTable implements the RPC.
func (s *Policies) GetConfidentialTable(ctx context.Context, _ *accessv1.GetConfidentialTableRequest) (*accessv1.GetConfidentialTableResponse, error) {
	table, err := s.Rules.Table(ctx)
	if err != nil {
		return nil, err
	}
	text, err := table.Canonical()
	return &accessv1.GetConfidentialTableResponse{Version: table.Version, Text: string(text)}, err
}
