package api

import (
	"context"
	"crypto/ed25519"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/authn"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

const subjectRequests = "subjectRequests"

// Opener runs the opening of a request in a transaction, once per request id.
type Opener interface {
	OpenOnce(ctx context.Context, req *vaultv1.OpenSubjectRequestRequest,
		f func(vault.DeskTx) (*vaultv1.OpenSubjectRequestResponse, error)) (*vaultv1.OpenSubjectRequestResponse, error)
}

// SubjectServer implements vaultv1.SubjectServiceServer.
type SubjectServer struct {
	vaultv1.UnimplementedSubjectServiceServer
	Desk   *vault.Desk
	Opener Opener
	// Consents records consents.
	Consents ConsentRecorder
	// CertificateKey is the public key of certificates.
	CertificateKey ed25519.PublicKey
}

// asked is the caller's member, its principal, and the request that a call names.
func asked(ctx context.Context, name string) (member, by string, id uuid.UUID, err error) {
	if id, err = idOf(name, subjectRequests, "name"); err != nil {
		return "", "", uuid.Nil, vault.ErrRequestNotFound // no request has such a name
	}
	p := authn.FromContext(ctx)
	return p.Member, p.Subject(), id, nil
}

func (s *SubjectServer) request(r vault.SubjectRequest) *vaultv1.SubjectRequest {
	m := &vaultv1.SubjectRequest{
		Name: r.Name(), Kind: kinds.message(r.Kind), State: states.message(r.State), Scope: scopes.message(r.Scope),
		Holder: nameOf(holders, r.Holder), Vehicle: nameOf(vehicles, r.Vehicle), OpenedBy: r.OpenedBy, HandledBy: r.HandledBy,
		ReceiveTime: timestamppb.New(r.ReceiveTime), DueTime: timestamppb.New(r.DueTime),
		ExtensionReason: extensions.message(r.Extension), RefusalReason: refusals.message(r.Refusal),
		Overdue: r.Overdue(s.Desk.Now()),
	}
	if r.EndTime != nil {
		m.EndTime = timestamppb.New(*r.EndTime)
	}
	return m
}

func (s *SubjectServer) certificate(signed []byte) *vaultv1.ErasureCertificate {
	if signed == nil {
		return nil
	}
	return &vaultv1.ErasureCertificate{Signed: signed, PublicKey: s.CertificateKey}
}
