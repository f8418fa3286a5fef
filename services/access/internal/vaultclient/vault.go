// Package vaultclient asks the vault for shreds.
package vaultclient

import (
	"context"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/chaincode/model"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/access"
)

// Vault implements access.Vault.
type Vault struct{ client vaultv1.ShredServiceClient }

// New returns a client on a connection to the vault.
func New(conn grpc.ClientConnInterface) *Vault {
	return &Vault{client: vaultv1.NewShredServiceClient(conn)}
}

// GiveShreds implements access.Vault.
func (v *Vault) GiveShreds(ctx context.Context, key access.ClassKey, capsules []model.Hash, to access.Recipient, write bool) ([]byte, error) {
	req := &vaultv1.GiveShredsRequest{
		Vehicle: key.Vehicle, Policy: string(key.Policy), Class: string(key.Class), Write: write,
		Recipient: &vaultv1.ShredRecipient{Kind: string(to.Kind), PublicKey: to.Key, Context: to.Context[:]},
	}
	for _, hash := range capsules {
		req.Capsules = append(req.Capsules, hash[:])
	}
	resp, err := v.client.GiveShreds(ctx, req)
	return resp.GetSealed(), err
}
