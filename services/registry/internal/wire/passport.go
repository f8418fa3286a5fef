package wire

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "github.com/pcc-platform/pcc/proto/gen/pcc/registry/v1"
	"github.com/pcc-platform/pcc/services/registry"
)

// FromPassport returns p as it is sent.
func FromPassport(p registry.Passport) *registryv1.Passport {
	s := p.Specification
	return &registryv1.Passport{
		Name:    p.Name(),
		Vehicle: VehicleName(p.Vehicle),
		Specification: &registryv1.Specification{
			Make: s.Make, Model: s.Model, Variant: s.Variant, FirstDate: s.FirstDate,
			Colour: s.Colour, Energy: s.Energy, PowerWatts: s.PowerWatts,
		},
		LifeCycle:        FromLifeCycle(p.LifeCycle),
		EnrolledBy:       MemberName(p.EnrolledBy),
		CreateTime:       timestamppb.New(p.CreateTime),
		UpdateTime:       timestamppb.New(p.UpdateTime),
		Etag:             p.ETag(),
		OwnershipPeriods: int32(p.OwnershipPeriods), //nolint:gosec // counts holders
	}
}

// ToSpecification reads s; nil is a vehicle of which nothing is known.
func ToSpecification(s *registryv1.Specification) registry.Specification {
	return registry.Specification{
		Make: s.GetMake(), Model: s.GetModel(), Variant: s.GetVariant(), FirstDate: s.GetFirstDate(),
		Colour: s.GetColour(), Energy: s.GetEnergy(), PowerWatts: s.GetPowerWatts(),
	}
}

var lifeCycles = enum[registry.LifeCycle, registryv1.LifeCycle]{
	registry.Manufactured: registryv1.LifeCycle_LIFE_CYCLE_MANUFACTURED,
	registry.Registered:   registryv1.LifeCycle_LIFE_CYCLE_REGISTERED,
	registry.Active:       registryv1.LifeCycle_LIFE_CYCLE_ACTIVE,
	registry.Stolen:       registryv1.LifeCycle_LIFE_CYCLE_STOLEN,
	registry.Exported:     registryv1.LifeCycle_LIFE_CYCLE_EXPORTED,
	registry.TotalLoss:    registryv1.LifeCycle_LIFE_CYCLE_TOTAL_LOSS,
	registry.Dismantled:   registryv1.LifeCycle_LIFE_CYCLE_DISMANTLED,
}

// FromLifeCycle returns l as it is sent.
func FromLifeCycle(l registry.LifeCycle) registryv1.LifeCycle { return lifeCycles[l] }

// ToLifeCycle reads l; the empty state for one that is not known.
func ToLifeCycle(l registryv1.LifeCycle) registry.LifeCycle { return lifeCycles.inverse(l) }

// FromTransition returns t as it is sent.
func FromTransition(t registry.Transition) *registryv1.Transition {
	return &registryv1.Transition{
		From: FromLifeCycle(t.From), To: FromLifeCycle(t.To), Member: MemberName(t.Member),
		Reason: t.Reason, CreateTime: timestamppb.New(t.Time), Revision: t.Revision,
	}
}

// FromPeriod returns p as it is sent.
func FromPeriod(p registry.OwnershipPeriod) *registryv1.OwnershipPeriod {
	return &registryv1.OwnershipPeriod{
		Number:    int32(p.Number), //nolint:gosec // counts holders
		StartTime: timestamppb.New(p.Start), EndTime: optionalTime(p.End),
	}
}

var transferStates = enum[registry.TransferState, registryv1.OwnershipTransferState]{
	registry.TransferProposed: registryv1.OwnershipTransferState_OWNERSHIP_TRANSFER_STATE_PROPOSED,
	registry.TransferAccepted: registryv1.OwnershipTransferState_OWNERSHIP_TRANSFER_STATE_ACCEPTED,
	registry.TransferExpired:  registryv1.OwnershipTransferState_OWNERSHIP_TRANSFER_STATE_EXPIRED,
}

// FromTransfer returns t as it is sent, without anything of its code.
func FromTransfer(t registry.Transfer) *registryv1.OwnershipTransfer {
	out := &registryv1.OwnershipTransfer{
		Name: t.Name(), State: transferStates[t.State], ProposedBy: MemberName(t.ProposedBy),
		CreateTime: timestamppb.New(t.CreateTime), ExpireTime: timestamppb.New(t.ExpireTime),
	}
	if t.AcceptedBy != "" {
		out.AcceptedBy = MemberName(t.AcceptedBy)
	}
	return out
}

func optionalTime(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// All translates every item of a list.
func All[T, U any](items []T, translate func(T) U) []U {
	out := make([]U, len(items))
	for i, item := range items {
		out[i] = translate(item)
	}
	return out
}
