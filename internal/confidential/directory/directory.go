// Package directory is the access service as writers and readers of confidential fields see it.
package directory

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/pcc-platform/pcc/chaincode/model/access"
	"github.com/pcc-platform/pcc/internal/confidential/sealer"
	"github.com/pcc-platform/pcc/internal/threshold"
	accessv1 "github.com/pcc-platform/pcc/proto/gen/pcc/access/v1"
)

// Directory implements sealer.Directory. Calls are made as whom the context or the connection says.
type Directory struct {
	client   accessv1.CapsuleServiceClient
	policies accessv1.PolicyServiceClient
	consents accessv1.ConsentServiceClient
	requests accessv1.ReadRequestServiceClient
}

// New returns a directory on a connection to the access service.
func New(conn grpc.ClientConnInterface) *Directory {
	return &Directory{
		client: accessv1.NewCapsuleServiceClient(conn), policies: accessv1.NewPolicyServiceClient(conn),
		consents: accessv1.NewConsentServiceClient(conn), requests: accessv1.NewReadRequestServiceClient(conn),
	}
}

// Target implements sealer.Directory.
func (d *Directory) Target(ctx context.Context, passport string) (sealer.Target, error) {
	resp, err := d.client.GetSealingTarget(ctx, &accessv1.GetSealingTargetRequest{Passport: passport})
	if err != nil {
		return sealer.Target{}, err
	}
	if len(resp.GetPublicKey()) != threshold.Size {
		return sealer.Target{}, fmt.Errorf("%w: %d bytes", sealer.ErrOtherKey, len(resp.GetPublicKey()))
	}
	return sealer.Target{
		Policy: access.PolicyID(resp.GetPolicy()), KeyNumber: resp.GetKeyNumber(), Public: threshold.Element(resp.GetPublicKey()),
	}, nil
}

// Register implements sealer.Directory.
func (d *Directory) Register(ctx context.Context, c sealer.Capsule) ([]byte, error) {
	label, err := c.Label.Canonical()
	if err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	resp, err := d.client.RegisterCapsule(ctx, &accessv1.RegisterCapsuleRequest{
		Passport:     c.Passport,
		Capsule:      &accessv1.Capsule{Label: string(label), Capsule: c.Bytes[:]},
		RecipientKey: c.Recipient, Context: c.Context[:],
	})
	return resp.GetSealedShred(), err
}
