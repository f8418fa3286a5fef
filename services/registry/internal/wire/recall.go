package wire

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/registry"
)

// FromVINRange returns r as it is sent and stored.
func FromVINRange(r registry.VINRange) *vaultv1.VinRange {
	return &vaultv1.VinRange{Start: r.Start, End: r.End, Manufacturers: r.Manufacturers}
}

// ToVINRange reads what FromVINRange makes.
func ToVINRange(r *vaultv1.VinRange) registry.VINRange {
	return registry.VINRange{Start: r.GetStart(), End: r.GetEnd(), Manufacturers: r.GetManufacturers()}
}

// FromRecall returns r as it is sent.
func FromRecall(r registry.Recall) *registryv1.Recall {
	out := &registryv1.Recall{
		Name: r.Name(), Campaign: r.Campaign, Defect: r.Defect, IssuedBy: MemberName(r.Member),
		CreateTime: timestamppb.New(r.CreateTime), MatchedPassports: r.Matched,
		Ranges: All(r.Ranges, FromVINRange), PartNumbers: r.PartNumbers,
	}
	if r.SearchEnd != nil {
		out.SearchEndTime = timestamppb.New(*r.SearchEnd)
	}
	return out
}
