package events

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/pcc-platform/pcc/internal/messaging"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// Admitted gives a new member's administrators and devices their rights, and completes the admission's step.
func (r Roles) Admitted() *messaging.Consumer[*registryv1.MemberAdmitted] {
	return stepConsumer(r.Admission, "registry-relations", newMemberAdmitted, registry.StepRelations,
		func(ctx context.Context, tx pgx.Tx, m *registryv1.MemberAdmitted) (string, error) {
			member := wire.MemberID(m.GetMember().GetName())
			devices := member + "/" + registry.DevicesPrincipal
			return member, r.follow(ctx, tx, member, append(m.GetMember().GetAdministrators(), devices)...)
		})
}

// AccountCreator creates the messaging account of a member.
type AccountCreator interface {
	Create(ctx context.Context, member string) error
}

// MessagingAccount creates a new member's account at the broker.
func (a Admission) MessagingAccount(c AccountCreator) *messaging.Consumer[*registryv1.MemberAdmitted] {
	return stepConsumer(a, "registry-messaging-account", newMemberAdmitted, registry.StepMessagingAccount,
		func(ctx context.Context, _ pgx.Tx, m *registryv1.MemberAdmitted) (string, error) {
			member := wire.MemberID(m.GetMember().GetName())
			return member, c.Create(ctx, member)
		})
}

func newMemberAdmitted() *registryv1.MemberAdmitted { return &registryv1.MemberAdmitted{} }
