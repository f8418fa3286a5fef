package api

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/aip"
	"github.com/pcc-platform/pcc/internal/authn"
	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	"github.com/pcc-platform/pcc/services/ingest"
)

// ListSourceGaps implements the RPC.
func (s *IngestService) ListSourceGaps(ctx context.Context, req *ingestv1.ListSourceGapsRequest) (*ingestv1.ListSourceGapsResponse, error) {
	member := authn.FromContext(ctx).Member
	scope := "sourceGaps/" + member
	after, _, err := aip.DecodePageToken[uuid.UUID](scope, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := aip.PageSize(req.GetPageSize())
	gaps, err := s.reader.ListGaps(ctx, member, after, size+1)
	if err != nil {
		return nil, err
	}
	gaps, next, err := aip.Page(gaps, size, scope, func(g ingest.Gap) uuid.UUID { return g.ID })
	if err != nil {
		return nil, err
	}
	resp := &ingestv1.ListSourceGapsResponse{NextPageToken: next}
	for _, g := range gaps {
		resp.Gaps = append(resp.Gaps, gapToProto(g))
	}
	return resp, nil
}

func gapToProto(g ingest.Gap) *ingestv1.SourceGap {
	kind := ingestv1.SourceGapKind_SOURCE_GAP_KIND_MISSING
	if g.Kind == ingest.GapFork {
		kind = ingestv1.SourceGapKind_SOURCE_GAP_KIND_FORK
	}
	return &ingestv1.SourceGap{
		Source: g.Source, Kind: kind, First: int64(g.First), Last: int64(g.Last), DetectTime: timestamppb.New(g.DetectedAt),
		Statements: g.Statements,
	}
}
