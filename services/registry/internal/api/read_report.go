package api

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	ingestv1 "github.com/pcc-platform/pcc/proto/gen/pcc/ingest/v1"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ReadReport implements pcc.registry.v1.ReportService. Its request id is kept by settlement, where the payment is.
func (s *Reports) ReadReport(ctx context.Context, req *registryv1.ReadReportRequest) (*registryv1.ReadReportResponse, error) {
	passport, err := wire.PassportID(req.GetPassport())
	if err != nil {
		return nil, err
	}
	r, err := s.Seller.Read(ctx, registry.ReportRequest{
		RequestID: req.GetRequestId(), Passport: passport, Payer: callerMember(ctx), MaxPrice: req.GetMaxPrice(), Quote: req.GetQuote(), AllowCredit: req.GetAllowCredit(),
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(r.Events, byTime)
	return &registryv1.ReadReportResponse{
		Passport: wire.FromPassport(r.Passport), Events: r.Events, Receipt: r.Receipt,
		Transitions:      wire.All(r.Transitions, wire.FromTransition),
		OwnershipPeriods: wire.All(r.Periods, wire.FromPeriod),
		CreateTime:       timestamppb.New(r.CreateTime),
		OdometerVerdict:  r.Verdict,
	}, nil
}

// byTime orders events by the time they happened; those of one time keep the order of their acceptance.
func byTime(a, b *ingestv1.Event) int {
	return occurred(a).Compare(occurred(b))
}

func occurred(e *ingestv1.Event) time.Time {
	return e.GetCloudEvent().GetAttributes()["time"].GetCeTimestamp().AsTime()
}
