package server_test

import (
	"context"
	"sync"

	"github.com/google/uuid"

	"github.com/pcc-platform/pcc/internal/app"
	"github.com/pcc-platform/pcc/internal/apperr"
	"github.com/pcc-platform/pcc/internal/authn"
	"github.com/pcc-platform/pcc/internal/testkit/stand"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
)

// backend is a service behind the gateway: the vault's API with an answer of the test's own, behind the real server with
// its interceptors. The handlers say what reached them.
type backend struct {
	vaultv1.UnimplementedVaultServiceServer
	mu      sync.Mutex
	bound   map[string]string
	holders map[string]holding
}

// holding is a holder of one member.
type holding struct {
	member string
	req    *vaultv1.RegisterHolderRequest
}

// startBackend runs the backend in the stand until the end of the test.
func startBackend(s *stand.Stand, issuers []authn.Issuer) {
	b := &backend{bound: map[string]string{}, holders: map[string]holding{}}
	s.Start(func(ctx context.Context, p *app.Process) (app.Runner, error) {
		cfg := s.Config()
		cfg.Issuers = issuers
		base, err := app.NewBase(ctx, s.Service, cfg, p)
		if err != nil {
			return nil, err
		}
		registry, err := base.Dial("registry")
		if err != nil {
			return nil, err
		}
		vaultv1.RegisterVaultServiceServer(base.Server, b)
		return app.RunnerFunc(func(ctx context.Context) error { return base.Run(ctx, app.NewDirectory(registry)) }), nil
	})
}

// BindVehicle implements the RPC.
func (b *backend) BindVehicle(_ context.Context, req *vaultv1.BindVehicleRequest) (*vaultv1.BindVehicleResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(req.GetVin()) != len(vin) {
		return nil, apperr.New(apperr.InvalidArgument, "VIN_LENGTH", "refused").WithField("vin")
	}
	handle, known := b.bound[req.GetVin()]
	if !known {
		handle = "vehicles/" + uuid.NewString()
		b.bound[req.GetVin()] = handle
	}
	return &vaultv1.BindVehicleResponse{Vehicle: handle, Created: !known}, nil
}

// RegisterHolder implements the RPC.
func (b *backend) RegisterHolder(ctx context.Context, req *vaultv1.RegisterHolderRequest) (*vaultv1.RegisterHolderResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	name := "holders/" + uuid.NewString()
	b.holders[name] = holding{authn.FromContext(ctx).Member, req}
	return &vaultv1.RegisterHolderResponse{Name: name}, nil
}

// GetHolder implements the RPC.
func (b *backend) GetHolder(ctx context.Context, req *vaultv1.GetHolderRequest) (*vaultv1.GetHolderResponse, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	h, ok := b.holders[req.GetName()]
	if !ok || h.member != authn.FromContext(ctx).Member {
		return nil, apperr.New(apperr.NotFound, "HOLDER_NOT_FOUND", "refused")
	}
	return &vaultv1.GetHolderResponse{Name: req.GetName(), Vehicle: h.req.GetVehicle(), Identity: h.req.GetIdentity()}, nil
}
