package api

import (
	"context"

	"github.com/pcc-platform/pcc/internal/confidential"
	"github.com/pcc-platform/pcc/internal/eventlist"
	"github.com/pcc-platform/pcc/internal/readerkey"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

// GiveShreds implements the RPC.
func (s *Server) GiveShreds(ctx context.Context, req *vaultv1.GiveShredsRequest) (*vaultv1.GiveShredsResponse, error) {
	vehicle, err := idOf(req.GetVehicle(), vehicles, "vehicle")
	if err != nil {
		return nil, err
	}
	key, err := readerkey.ParsePublic(readerkey.Kind(req.GetRecipient().GetKind()), req.GetRecipient().GetPublicKey())
	if err != nil {
		return nil, vault.ErrReaderKey
	}
	capsules := make([]confidential.CapsuleHash, len(req.GetCapsules()))
	for i, c := range req.GetCapsules() {
		capsules[i] = confidential.CapsuleHash(c)
	}
	id := vault.ClassKeyID{Vehicle: vehicle, Policy: req.GetPolicy(), Class: eventlist.Class(req.GetClass())}
	to := vault.Recipient{Key: key, Context: [32]byte(req.GetRecipient().GetContext())}
	sealed, err := s.vault.GiveShreds(ctx, id, capsules, to, req.GetWrite())
	if err != nil {
		return nil, err
	}
	return &vaultv1.GiveShredsResponse{Sealed: sealed}, nil
}
