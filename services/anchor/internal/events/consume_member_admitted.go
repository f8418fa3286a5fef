package events

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/pcc-platform/pcc/chaincode/model"
	"github.com/pcc-platform/pcc/internal/audit"
	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/anchor"
)

// registerTimeout bounds the ledger's part of an admission and so the time that the consumer's transaction is open. A
// registration usually takes a quarter of a second; members are admitted one at a time and rarely.
const registerTimeout = 10 * time.Second

// MemberAdmitted enters each admitted member into the directory on the ledger. The ledger call stands inside the
// consumer's transaction: if the commit fails afterwards, the message comes again and finds the member registered.
func MemberAdmitted(pool *pgxpool.Pool, js jetstream.JetStream, logger *slog.Logger, registrar anchor.Registrar) *messaging.Consumer[*registryv1.MemberAdmitted] {
	return &messaging.Consumer[*registryv1.MemberAdmitted]{
		Service: "anchor", Pool: pool, JS: js, Logger: logger,
		New: func() *registryv1.MemberAdmitted { return &registryv1.MemberAdmitted{} },
		Handle: func(ctx context.Context, tx pgx.Tx, m *registryv1.MemberAdmitted) error {
			member, err := memberOf(m.GetMember())
			if err != nil {
				return err
			}
			ledgerCtx, cancel := context.WithTimeout(ctx, registerTimeout)
			defer cancel()
			transactionID, err := registrar.Register(ledgerCtx, member)
			if err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, "anchor.RegisterMember", m.GetMember().GetName()); err != nil {
				return err
			}
			return publishMemberRegistered(ctx, tx, m.GetMember().GetName(), transactionID)
		},
	}
}

func memberOf(m *registryv1.Member) (anchor.Member, error) {
	class, err := classOf(m.GetMemberClass())
	return anchor.Member{
		ID: strings.TrimPrefix(m.GetName(), "members/"), MSPID: m.GetMspId(),
		Class: class, CACertificates: m.GetCaCertificates(),
	}, err
}

func classOf(c registryv1.MemberClass) (model.Class, error) {
	switch c {
	case registryv1.MemberClass_MEMBER_CLASS_MAKER:
		return model.ClassMaker, nil
	case registryv1.MemberClass_MEMBER_CLASS_INSURER:
		return model.ClassInsurer, nil
	case registryv1.MemberClass_MEMBER_CLASS_GARAGE:
		return model.ClassGarage, nil
	case registryv1.MemberClass_MEMBER_CLASS_INSPECTION_CENTRE:
		return model.ClassInspectionCentre, nil
	case registryv1.MemberClass_MEMBER_CLASS_DEALER:
		return model.ClassDealer, nil
	case registryv1.MemberClass_MEMBER_CLASS_FLEET:
		return model.ClassFleet, nil
	case registryv1.MemberClass_MEMBER_CLASS_AUTHORITY:
		return model.ClassAuthority, nil
	default:
		return "", fmt.Errorf("anchor: the ledger has no member class %s", c)
	}
}
