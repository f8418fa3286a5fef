// Package events is how the registry speaks and listens on the bus.
package events

import (
	"context"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// Outbox publishes with the commit of its transaction.
type Outbox struct{ Tx pgx.Tx }

// PublishAdmitted tells that a member was entered into the directory.
func (o Outbox) PublishAdmitted(ctx context.Context, m registry.Member) error {
	return messaging.Enqueue(ctx, o.Tx, &registryv1.MemberAdmitted{Member: wire.FromMember(m)})
}

// PublishRolesChanged tells that a principal has a role more or less.
func (o Outbox) PublishRolesChanged(ctx context.Context, g registry.RoleGrant) error {
	return messaging.Enqueue(ctx, o.Tx, &registryv1.RolesChanged{Principal: g.Principal()})
}

// PublishEnrolled tells that passports were opened, in one message each.
func (o Outbox) PublishEnrolled(ctx context.Context, passports []registry.Passport) error {
	return messaging.EnqueueAll(ctx, o.Tx, wire.All(passports, func(p registry.Passport) *registryv1.PassportEnrolled {
		return &registryv1.PassportEnrolled{
			Passport: p.Name(), LifeCycle: wire.FromLifeCycle(p.LifeCycle), CreateTime: timestamppb.New(p.CreateTime),
			EnrolledBy: wire.MemberName(p.EnrolledBy), Tag: p.Tag[:],
		}
	}))
}

// PublishAnnounced tells of a recall that names parts.
func (o Outbox) PublishAnnounced(ctx context.Context, r registry.Recall) error {
	return messaging.Enqueue(ctx, o.Tx, &registryv1.RecallAnnounced{
		Recall: r.Name(), Campaign: r.Campaign, IssueTime: timestamppb.New(r.CreateTime), PartNumbers: r.PartNumbers,
		IssuedBy: wire.MemberName(r.Member), Defect: r.Defect,
	})
}

// PublishMatched tells of at most registry.MaxMatches passports, by their ids, that a recall's ranges cover.
func (o Outbox) PublishMatched(ctx context.Context, r registry.Recall, passports []string) error {
	return messaging.Enqueue(ctx, o.Tx, &registryv1.RecallMatched{
		Recall: r.Name(), Campaign: r.Campaign, IssueTime: timestamppb.New(r.CreateTime),
		Passports: wire.All(passports, wire.PassportName), IssuedBy: wire.MemberName(r.Member), Defect: r.Defect,
	})
}

// PublishTransitioned tells of a step of a life cycle.
func (o Outbox) PublishTransitioned(ctx context.Context, p registry.Passport, t registry.Transition) error {
	return messaging.Enqueue(ctx, o.Tx, &registryv1.PassportTransitioned{Passport: p.Name(), Transition: wire.FromTransition(t)})
}
