package events

import (
	"context"

	"github.com/pcc-platform/pcc/internal/messaging"
	"github.com/pcc-platform/pcc/internal/relations"
	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
	"github.com/pcc-platform/pcc/services/registry/internal/wire"
)

// RelationWriter makes relations of the permission model hold.
type RelationWriter interface {
	Put(ctx context.Context, relations ...relations.Relation) error
}

// devices is the principal as which a member's devices send events. Its rights are the member's like any other's, and can be
// taken away like them.
const devices = "devices"

// Relations gives a new member's administrators and devices their rights.
func (a Admission) Relations(w RelationWriter) *messaging.Consumer[*registryv1.MemberAdmitted] {
	return stepConsumer(a, "registry-relations", newMemberAdmitted, registry.StepRelations,
		func(ctx context.Context, m *registryv1.MemberAdmitted) (string, error) {
			member := wire.MemberID(m.GetMember().GetName())
			return member, w.Put(ctx, append(administratorRelations(member, m.GetMember().GetAdministrators()), deviceRelation(member))...)
		})
}

// AccountCreator creates the messaging account of a member.
type AccountCreator interface {
	Create(ctx context.Context, member string) error
}

// MessagingAccount creates a new member's account at the broker.
func (a Admission) MessagingAccount(c AccountCreator) *messaging.Consumer[*registryv1.MemberAdmitted] {
	return stepConsumer(a, "registry-messaging-account", newMemberAdmitted, registry.StepMessagingAccount,
		func(ctx context.Context, m *registryv1.MemberAdmitted) (string, error) {
			member := wire.MemberID(m.GetMember().GetName())
			return member, c.Create(ctx, member)
		})
}

func newMemberAdmitted() *registryv1.MemberAdmitted { return &registryv1.MemberAdmitted{} }

// administratorRelations are what makes each subject an administrator of the member and a participant of the consortium.
func administratorRelations(member string, subjects []string) []relations.Relation {
	var out []relations.Relation
	for _, s := range subjects {
		out = append(out,
			relations.Relation{Namespace: "Member", Object: member, Name: "administrators", Subject: s},
			relations.Relation{Namespace: "Member", Object: member, Name: "principals", Subject: s},
			relations.Relation{Namespace: "Consortium", Object: "pcc", Name: "participants", Subject: s},
		)
	}
	return out
}

func deviceRelation(member string) relations.Relation {
	return relations.Relation{Namespace: "Member", Object: member, Name: "contributors", Subject: member + "/" + devices}
}
