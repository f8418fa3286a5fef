package api

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/authn"
	vaultv1 "github.com/pcc-platform/pcc/proto/gen/pcc/vault/v1"
	"github.com/pcc-platform/pcc/services/vault"
)

const consents = "holderConsents"

// ConsentRecorder runs the recording of a consent in a transaction, once per request id. What f returns is stored, and holds no text.
type ConsentRecorder interface {
	RecordOnce(ctx context.Context, req *vaultv1.RecordConsentRequest, f func(vault.DeskTx) (*vaultv1.Consent, error)) (*vaultv1.Consent, error)
}

// RecordConsent implements the RPC.
func (s *SubjectServer) RecordConsent(ctx context.Context, req *vaultv1.RecordConsentRequest) (*vaultv1.RecordConsentResponse, error) {
	holder, err := idOf(req.GetHolder(), holders, "holder")
	if err != nil {
		return nil, vault.ErrHolderNotFound // no holder has such a name
	}
	member := authn.FromContext(ctx).Member
	recorded, err := s.Consents.RecordOnce(ctx, req, func(tx vault.DeskTx) (*vaultv1.Consent, error) {
		c, err := s.Desk.RecordConsent(ctx, tx, member, holder, req.GetText())
		if err != nil {
			return nil, err
		}
		m := consentMessage(c)
		m.Text = ""
		return m, nil
	})
	if err != nil {
		return nil, err
	}
	recorded.Text = req.GetText()
	return &vaultv1.RecordConsentResponse{Consent: recorded}, nil
}

func consentMessage(c vault.Consent) *vaultv1.Consent {
	m := &vaultv1.Consent{
		Name: nameOf(consents, c.ID), Holder: nameOf(holders, c.Holder), Hash: c.Hash[:], Text: c.Text.Reveal(),
		RecordTime: timestamppb.New(c.RecordTime), ExpireTime: timestamppb.New(c.ExpireTime),
	}
	if c.WithdrawTime != nil {
		m.WithdrawTime = timestamppb.New(*c.WithdrawTime)
	}
	return m
}
