package api

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// ResolvePassports implements pcc.registry.v1.PassportService.
func (s *Passports) ResolvePassports(ctx context.Context, req *registryv1.ResolvePassportsRequest) (*registryv1.ResolvePassportsResponse, error) {
	ids := make([]string, 0, len(req.GetNames()))
	for _, name := range req.GetNames() {
		if id, err := wire.PassportID(name); err == nil { // what cannot be a name does not exist either
			ids = append(ids, id)
		}
	}
	passports, err := s.Store.Resolve(ctx, ids)
	if err != nil {
		return nil, err
	}
	return &registryv1.ResolvePassportsResponse{Passports: wire.All(passports, func(p registry.Passport) *registryv1.ResolvedPassport {
		return &registryv1.ResolvedPassport{
			Name: p.Name(), LifeCycle: wire.FromLifeCycle(p.LifeCycle), CreateTime: timestamppb.New(p.CreateTime),
			EnrolledBy: wire.MemberName(p.EnrolledBy), Tag: p.Tag[:],
		}
	})}, nil
}
