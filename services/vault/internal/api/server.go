// Package api answers the vault's RPCs: it converts, calls the domain and converts back.
package api

import (
	"context"

	"go.opentelemetry.io/otel/metric"

	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// Registrar runs a registration in a transaction, once per request id.
type Registrar interface {
	RegisterOnce(ctx context.Context, req *vaultv1.RegisterHolderRequest,
		f func(vault.Tx) (*vaultv1.RegisterHolderResponse, error)) (*vaultv1.RegisterHolderResponse, error)
}

// Server implements vaultv1.VaultServiceServer and vaultv1.ShredServiceServer.
type Server struct {
	vaultv1.UnimplementedVaultServiceServer
	vaultv1.UnimplementedShredServiceServer
	vault     *vault.Service
	registrar Registrar
	metrics   metrics
}

// NewServer returns the handlers over v.
func NewServer(v *vault.Service, r Registrar, meter metric.Meter) (*Server, error) {
	m, err := newMetrics(meter)
	if err != nil {
		return nil, err
	}
	return &Server{vault: v, registrar: r, metrics: m}, nil
}
